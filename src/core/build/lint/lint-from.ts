import type { Platform } from '../../../oci/platform.ts';
import { parsePlatform } from '../../../oci/platform-parse.ts';
import { parseReference } from '../../../oci/reference.ts';
import type { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import { nearestName } from '../dockerfile/did-you-mean.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { FromInstruction } from '../dockerfile/instruction.ts';
import { type Expansion, expandShellWord } from '../dockerfile/shell-words.ts';

export interface FromLintOptions {
  /** Global arguments as this build has them. */
  readonly globalArgs: ReadonlyMap<string, string>;
  /** The same, had nobody passed `--build-arg`. Undefined: they cannot be worked out. */
  readonly defaultArgs: ReadonlyMap<string, string> | undefined;
  readonly buildPlatform: Platform;
}

/** Checks of the FROM lines: what their variables are, and come to. */
export function lintFrom(dockerfile: Dockerfile, options: FromLintOptions, sink: DiagnosticSink): void {
  const declared = new Set(options.globalArgs.keys());
  for (const { args } of dockerfile.globalArgs) for (const { name } of args) declared.add(name);
  const escapeChar = dockerfile.directives.escape;
  for (const { from } of dockerfile.stages) {
    if (options.defaultArgs !== undefined) lintDefault(from, options.defaultArgs, escapeChar, sink);
    const image = expandKeeping(from.image, options.globalArgs, escapeChar);
    reportUndeclared(image.unset, declared, from, sink);
    if (from.platform === undefined) continue;
    const platform = expandKeeping(from.platform, options.globalArgs, escapeChar);
    reportUndeclared(platform.unset, declared, from, sink);
    if (platform.expansion.ok) lintPlatform(from, from.platform, platform, options, sink);
  }
}

interface Kept {
  readonly expansion: Expansion;
  readonly found: ReadonlySet<string>;
  readonly unset: ReadonlySet<string>;
}

function expandKeeping(text: string, values: ReadonlyMap<string, string>, escapeChar: string): Kept {
  const found = new Set<string>();
  const unset = new Set<string>();
  const lookup = (name: string): string | undefined => {
    const value = values.get(name);
    (value === undefined ? unset : found).add(name);
    return value;
  };
  return { expansion: expandShellWord(text, { escape: escapeChar, lookup }), found, unset };
}

function reportUndeclared(
  unset: ReadonlySet<string>,
  declared: ReadonlySet<string>,
  { position }: FromInstruction,
  sink: DiagnosticSink,
): void {
  for (const name of unset) {
    if (declared.has(name)) continue;
    sink.finding('UndefinedArgInFrom', position, name, sink.isFull ? '' : nearestName(name, declared));
  }
}

function lintDefault(
  { image, position }: FromInstruction,
  defaultArgs: ReadonlyMap<string, string>,
  escapeChar: string,
  sink: DiagnosticSink,
): void {
  const { expansion } = expandKeeping(image, defaultArgs, escapeChar);
  if (expansion.ok && !isReference(expansion.value)) sink.finding('InvalidDefaultArgInFrom', position, image);
}

function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}

function lintPlatform(
  { position, stageName = '' }: FromInstruction,
  written: string,
  { expansion, found, unset }: Kept,
  { globalArgs, buildPlatform }: FromLintOptions,
  sink: DiagnosticSink,
): void {
  const value = expansion.ok ? expansion.value : '';
  if (unset.size > 0) return;
  if (found.size === 1 && found.has('TARGETPLATFORM') && value === globalArgs.get('TARGETPLATFORM')) {
    sink.finding('RedundantTargetPlatform', position, written);
  }
  if (found.size > 0) return;
  const platform = readPlatform(value, buildPlatform);
  if (platform === undefined) return;
  const isNamed = stageName.includes(platform.os) || stageName.includes(platform.architecture);
  if (!isNamed) sink.finding('FromPlatformFlagConstDisallowed', position, value);
}

function readPlatform(text: string, defaults: Platform): Platform | undefined {
  try {
    return parsePlatform(text, defaults);
  } catch {
    return undefined;
  }
}
