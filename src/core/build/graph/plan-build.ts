import type { Platform } from '../../../oci/platform.ts';
import { formatPlatform, parsePlatform } from '../../../oci/platform-parse.ts';
import type { Parsed } from '../dockerfile/diagnostic.ts';
import { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import { didYouMean } from '../dockerfile/did-you-mean.ts';
import type { Dockerfile, Stage, StageInstruction } from '../dockerfile/dockerfile.ts';
import { expandShellWord } from '../dockerfile/shell-words.ts';
import type { BuildPlan, PlannedStage, PlannedStep, StageBase } from './build-plan.ts';
import { originsOf } from './origins-of.ts';

export interface PlanOptions {
  readonly file: string;
  /** Name or number of a stage; undefined: the last one. */
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Of the machine that builds. */
  readonly buildPlatform: Platform;
  /** What is built for; undefined: the same. */
  readonly targetPlatform: Platform | undefined;
}

/**
 * Works out what a build has to do: values of global ARGs, what each FROM means, which stages the target needs. Pure;
 * never throws, what is wrong is in the diagnostics.
 */
export function planBuild(dockerfile: Dockerfile, options: PlanOptions): Parsed<BuildPlan> {
  const sink = new DiagnosticSink(options.file);
  const target = findTarget(dockerfile.stages, options, sink);
  const targetName = dockerfile.stages[target ?? 0]?.from.stageName ?? String(target ?? 0);
  const globalArgs = resolveGlobalArgs(dockerfile, { ...options, targetStage: targetName }, sink);
  const names = new Map<string, number>();
  const bases: (StageBase & { readonly platform: Platform })[] = [];
  for (const stage of dockerfile.stages) {
    bases.push(resolveBase(stage, globalArgs, names, options, sink));
    if (stage.from.stageName !== undefined) names.set(stage.from.stageName, stage.index);
  }
  if (target === undefined || sink.failed) return { value: undefined, diagnostics: sink.diagnostics };

  const needed = neededStages(dockerfile.stages, bases, target, sink);
  const isAlone = dockerfile.stages.length === 1;
  const stages = dockerfile.stages
    .filter(({ index }) => needed.has(index))
    .map((stage) => planStage(stage, bases, dockerfile.stages, isAlone))
    .map((stage) => ({
      ...stage,
      platformGiven: stage.platformGiven || options.targetPlatform !== undefined,
    }));
  const plan: BuildPlan = { directives: dockerfile.directives, stages, target, globalArgs };
  return { value: sink.failed ? undefined : plan, diagnostics: sink.diagnostics };
}

function findTarget(
  stages: readonly Stage[],
  { target }: PlanOptions,
  sink: DiagnosticSink,
): number | undefined {
  if (target === undefined || target === '') return stages.length - 1;
  const wanted = target.toLowerCase();
  const named = stages.findLast(({ from }) => from.stageName === wanted);
  if (named !== undefined) return named.index;
  if (/^\d{1,6}$/.test(target) && Number(target) < stages.length) return Number(target);
  const names = stages.map(({ from }) => from.stageName).filter((name) => name !== undefined);
  const nearest = didYouMean(wanted, names);
  const list = names.length === 0 ? 'this Dockerfile names no stages' : `stages: ${names.join(', ')}`;
  const hint = nearest === undefined ? list : `did you mean ${nearest}?`;
  sink.error('no-such-target', `target stage ${JSON.stringify(target)} could not be found`, sink.at(1), hint);
  return undefined;
}

/** ARGs before the first FROM on top of those BuildKit sets by itself (Dockerfile reference, "ARG"). */
function resolveGlobalArgs(
  dockerfile: Dockerfile,
  options: PlanOptions & { readonly targetStage: string },
  sink: DiagnosticSink,
): ReadonlyMap<string, string> {
  const { buildArgs, buildPlatform, targetPlatform = buildPlatform } = options;
  const values = new Map<string, string>([
    ...platformArgs('BUILD', buildPlatform),
    ...platformArgs('TARGET', targetPlatform),
    ['TARGETSTAGE', options.targetStage],
  ]);
  for (const name of values.keys()) {
    const given = buildArgs[name];
    if (given !== undefined) values.set(name, given);
  }
  for (const instruction of dockerfile.globalArgs) {
    for (const { name, value } of instruction.args) {
      const given = Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined;
      if (given !== undefined) {
        values.set(name, given);
      } else if (value !== undefined) {
        const expanded = expandGlobal(value, dockerfile, values);
        if (expanded.ok) values.set(name, expanded.value);
        else sink.error('bad-substitution', expanded.message, instruction.position);
      }
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

function expandGlobal(
  text: string,
  { directives }: Pick<Dockerfile, 'directives'>,
  values: ReadonlyMap<string, string>,
): ReturnType<typeof expandShellWord> {
  return expandShellWord(text, { escape: directives.escape, lookup: (name) => values.get(name) });
}

function resolveBase(
  { from }: Stage,
  globalArgs: ReadonlyMap<string, string>,
  earlier: ReadonlyMap<string, number>,
  options: PlanOptions,
  sink: DiagnosticSink,
): StageBase & { readonly platform: Platform } {
  const expand = (text: string): string => {
    // FROM is the one place where only global arguments count, so the escape character cannot matter to them.
    const result = expandShellWord(text, { escape: '\\', lookup: (name) => globalArgs.get(name) });
    if (!result.ok) sink.error('bad-substitution', result.message, from.position);
    return result.ok ? result.value : text;
  };
  const image = expand(from.image);
  const platform = readPlatform(
    from.platform === undefined ? '' : expand(from.platform),
    from,
    options,
    sink,
  );
  if (image.trim() === '') {
    const message = `base name (${from.image}) should not be blank`;
    const hint = 'only ARGs before the first FROM count here: give one a default, or pass --build-arg';
    sink.error('blank-base', message, from.position, hint);
  }
  if (image === 'scratch') return { kind: 'scratch', platform };
  const index = earlier.get(image.toLowerCase());
  if (index !== undefined) return { kind: 'stage', index, platform };
  return { kind: 'image', reference: image, platform };
}

function readPlatform(
  text: string,
  from: Stage['from'],
  options: PlanOptions,
  sink: DiagnosticSink,
): Platform {
  const usual = options.targetPlatform ?? options.buildPlatform;
  if (text === '') return usual;
  try {
    return parsePlatform(text, usual);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    sink.error('bad-platform', `failed to parse platform ${text}: ${why}`, from.position);
    return usual;
  }
}

function neededStages(
  stages: readonly Stage[],
  bases: readonly StageBase[],
  target: number,
  sink: DiagnosticSink,
): ReadonlySet<number> {
  const needed = new Set<number>();
  const waiting = [target];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (needed.has(index)) continue;
    needed.add(index);
    const base = bases[index];
    if (base?.kind === 'stage') waiting.push(base.index);
    const earlier = namesBefore(stages, index);
    for (const instruction of stages[index]?.instructions ?? []) {
      for (const origin of originsOf(instruction, earlier, sink)) {
        if (origin.kind === 'stage') waiting.push(origin.index);
      }
    }
  }
  return needed;
}

/** Names and numbers by which a stage may take files from earlier ones; of two alike the later counts. */
function namesBefore(stages: readonly Stage[], index: number): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (const stage of stages.slice(0, index)) {
    names.set(String(stage.index), stage.index);
    if (stage.from.stageName !== undefined) names.set(stage.from.stageName, stage.index);
  }
  return names;
}

function planStage(
  stage: Stage,
  bases: readonly (StageBase & { readonly platform: Platform })[],
  all: readonly Stage[],
  isAlone: boolean,
): PlannedStage {
  const { index, from, instructions } = stage;
  const { platform, ...base } = bases[index] as StageBase & { readonly platform: Platform };
  const name = from.stageName ?? `stage-${index}`;
  const prefix = isAlone && from.stageName === undefined ? '' : `${name} `;
  const total = instructions.length + 1;
  const step = (
    at: number,
    source: string,
    position: PlannedStep['position'],
    inputs: readonly string[],
  ) => ({
    id: `${index}.${at}`,
    name: `[${prefix}${at + 1}/${total}] ${source}`,
    position,
    inputs,
  });
  const lastOf = (other: number): string => `${other}.${all[other]?.instructions.length ?? 0}`;
  const silent = new DiagnosticSink('');
  const earlier = namesBefore(all, index);
  const inputsOf = (instruction: StageInstruction, at: number): readonly string[] => [
    `${index}.${at - 1}`,
    ...originsOf(instruction, earlier, silent).flatMap((origin) =>
      origin.kind === 'stage' ? [lastOf(origin.index)] : [],
    ),
  ];
  return {
    index,
    name,
    base,
    platform,
    platformGiven: from.platform !== undefined,
    earlier,
    from: step(0, from.source, from.position, base.kind === 'stage' ? [lastOf(base.index)] : []),
    steps: instructions.map((instruction, at) => ({
      ...step(at + 1, instruction.source, instruction.position, inputsOf(instruction, at + 1)),
      instruction,
    })),
  };
}
