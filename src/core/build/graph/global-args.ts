import type { Platform } from '../../../oci/platform.ts';
import { formatPlatform } from '../../../oci/platform-parse.ts';
import type { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { expandShellWord } from '../dockerfile/shell-words.ts';

export interface GlobalArgOptions {
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly buildPlatform: Platform;
  readonly targetPlatform: Platform | undefined;
  /** Name, or number, of the stage that is built. */
  readonly targetStage: string;
}

/** ARGs before the first FROM on top of those BuildKit sets by itself (Dockerfile reference, "ARG"). */
export function resolveGlobalArgs(
  { globalArgs, directives }: Pick<Dockerfile, 'globalArgs' | 'directives'>,
  options: GlobalArgOptions,
  sink: DiagnosticSink,
): ReadonlyMap<string, string> {
  const { buildArgs, buildPlatform, targetPlatform = buildPlatform } = options;
  const values = new Map<string, string>([
    ...platformArgs('BUILD', buildPlatform),
    ...platformArgs('TARGET', targetPlatform),
    ['TARGETSTAGE', options.targetStage],
  ]);
  const given = (name: string): string | undefined =>
    Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined;
  for (const name of values.keys()) {
    const value = given(name);
    if (value !== undefined) values.set(name, value);
  }
  for (const { args, position } of globalArgs) {
    for (const { name, value } of args) {
      const own = given(name);
      if (own !== undefined || value === undefined) {
        if (own !== undefined) values.set(name, own);
        continue;
      }
      const expanded = expandShellWord(value, {
        escape: directives.escape,
        lookup: (other) => values.get(other),
      });
      if (expanded.ok) values.set(name, expanded.value);
      else sink.error('bad-substitution', expanded.message, position);
    }
  }
  return values;
}

function platformArgs(prefix: string, platform: Platform): readonly (readonly [string, string])[] {
  return [
    [`${prefix}PLATFORM`, formatPlatform(platform)],
    [`${prefix}OS`, platform.os],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, platform.variant ?? ''],
  ];
}
