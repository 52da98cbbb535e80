import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { predefinedArgs } from '../ops/proxy-args.ts';

/** Build arguments that mean something without an ARG. */
const known: ReadonlySet<string> = new Set([
  ...predefinedArgs,
  'SOURCE_DATE_EPOCH',
  ...['PLATFORM', 'OS', 'ARCH', 'VARIANT'].flatMap((part) => [`TARGET${part}`, `BUILD${part}`]),
  'TARGETSTAGE',
]);

/** `--build-arg`s no ARG of the file asks for, in the order they were given. */
export function unusedBuildArgs(
  dockerfile: Dockerfile,
  buildArgs: Readonly<Record<string, string>>,
): readonly string[] {
  const declared = new Set<string>();
  for (const { args } of dockerfile.globalArgs) for (const { name } of args) declared.add(name);
  for (const { instructions } of dockerfile.stages) {
    for (const instruction of instructions) {
      if (instruction.kind === 'arg') for (const { name } of instruction.args) declared.add(name);
    }
  }
  return Object.keys(buildArgs).filter(
    (name) => !declared.has(name) && !known.has(name) && !name.startsWith('BUILDKIT_'),
  );
}
