import type { Platform } from '../../../oci/platform.ts';
import { parsePlatform } from '../../../oci/platform-parse.ts';
import type { Parsed } from '../dockerfile/diagnostic.ts';
import { DiagnosticSink } from '../dockerfile/diagnostic-sink.ts';
import { didYouMean } from '../dockerfile/did-you-mean.ts';
import type { Dockerfile, Stage, StageInstruction } from '../dockerfile/dockerfile.ts';
import { expandShellWord } from '../dockerfile/shell-words.ts';
import { lintFrom } from '../lint/lint-from.ts';
import type { BuildPlan, PlannedStage, PlannedStep, StageBase } from './build-plan.ts';
import { type GlobalArgOptions, resolveGlobalArgs } from './global-args.ts';
import type { NamedContexts } from './named-contexts.ts';
import { originsOf } from './origins-of.ts';
import { StageNames } from './stage-names.ts';

export interface PlanOptions {
  readonly file: string;
  /** Name or number of a stage; undefined: the last one. */
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Of the machine that builds. */
  readonly buildPlatform: Platform;
  /** What is built for; undefined: the same. */
  readonly targetPlatform: Platform | undefined;
  /** What `--build-context` named. */
  readonly contexts?: NamedContexts | undefined;
  /** Plan also what a missing `target` does not need: every stage is looked at. */
  readonly allStages?: boolean | undefined;
}

/**
 * Works out what a build has to do: values of global ARGs, what each FROM means, which stages the target needs. Pure;
 * never throws, what is wrong is in the diagnostics.
 */
export function planBuild(dockerfile: Dockerfile, options: PlanOptions): Parsed<BuildPlan> {
  const sink = new DiagnosticSink(options.file);
  const { contexts } = options;
  // A named context stands in for a whole stage: its instructions are not executed.
  const stages = dockerfile.stages.map((stage) =>
    contexts?.find(stage.from.stageName ?? '') === undefined ? stage : { ...stage, instructions: [] },
  );
  const names = new StageNames(stages, contexts);
  const target = findTarget(stages, names, options, sink);
  const argOptions = {
    buildArgs: options.buildArgs,
    buildPlatform: options.buildPlatform,
    targetPlatform: options.targetPlatform,
    targetStage: stages[target ?? 0]?.from.stageName ?? String(target ?? 0),
  };
  const globalArgs = resolveGlobalArgs(dockerfile, argOptions, sink);
  const defaultArgs = defaultGlobalArgs(dockerfile, argOptions);
  lintFrom(dockerfile, { globalArgs, defaultArgs, buildPlatform: options.buildPlatform }, sink);
  const bases: PlannedBase[] = [];
  for (const stage of stages)
    bases.push(
      resolveBase(
        stage,
        bases,
        { ...options, names, globalArgs, escape: dockerfile.directives.escape },
        sink,
      ),
    );
  if (target === undefined || sink.failed) return { value: undefined, diagnostics: sink.diagnostics };

  const isEveryStage = options.allStages === true && (options.target ?? '') === '';
  const wanted = isEveryStage ? stages.map(({ index }) => index) : [target];
  const needed = neededStages(stages, bases, wanted, names, sink);
  const planned = stages
    .filter(({ index }) => needed.has(index))
    .map((stage) => planStage(stage, bases, stages, names))
    .map((stage) => ({
      ...stage,
      platformGiven: stage.platformGiven || options.targetPlatform !== undefined,
    }));
  const plan: BuildPlan = { directives: dockerfile.directives, stages: planned, target, globalArgs };
  return { value: sink.failed ? undefined : plan, diagnostics: sink.diagnostics };
}

/** Had nobody passed `--build-arg`; undefined when that does not even expand. */
function defaultGlobalArgs(
  dockerfile: Dockerfile,
  options: GlobalArgOptions,
): ReadonlyMap<string, string> | undefined {
  const sink = new DiagnosticSink('');
  const values = resolveGlobalArgs(dockerfile, { ...options, buildArgs: {} }, sink);
  return sink.failed ? undefined : values;
}

function findTarget(
  stages: readonly Stage[],
  stageNames: StageNames,
  { target }: PlanOptions,
  sink: DiagnosticSink,
): number | undefined {
  if (target === undefined || target === '') return stages.length - 1;
  const found = stageNames.find(target);
  if (found !== undefined) return found;
  const names = stageNames.names();
  const nearest = didYouMean(target, names);
  const list = names.length === 0 ? 'this Dockerfile names no stages' : `stages: ${names.join(', ')}`;
  const hint = nearest === undefined ? list : `did you mean ${nearest}? (${list})`;
  sink.error('no-such-target', `target stage ${JSON.stringify(target)} could not be found`, sink.at(1), hint);
  return undefined;
}

type PlannedBase = StageBase & { readonly platform: Platform };

interface BaseOptions extends PlanOptions {
  readonly names: StageNames;
  readonly globalArgs: ReadonlyMap<string, string>;
  readonly escape: string;
}

/** What a FROM means. Only global arguments count in it. `before`: the bases of all stages before it. */
function resolveBase(
  { from, index: own }: Stage,
  before: readonly PlannedBase[],
  options: BaseOptions,
  sink: DiagnosticSink,
): PlannedBase {
  const { names, globalArgs, escape: escapeChar } = options;
  const expand = (text: string): string => {
    const result = expandShellWord(text, { escape: escapeChar, lookup: (name) => globalArgs.get(name) });
    if (!result.ok) sink.error('bad-substitution', result.message, from.position);
    return result.ok ? result.value : text;
  };
  const image = expand(from.image);
  const platform =
    from.platform === undefined
      ? (options.targetPlatform ?? options.buildPlatform)
      : readPlatform(from.platform, expand(from.platform), from, options, sink);
  if (image.trim() === '') {
    const message = `base name (${from.image}) should not be blank`;
    const hint = 'only ARGs before the first FROM count here: give one a default, or pass --build-arg';
    sink.error('blank-base', message, from.position, hint);
  }
  const context = names.context(from.stageName ?? '') ?? names.context(image);
  if (context !== undefined) return { ...context, platform };
  if (image === 'scratch') return { kind: 'scratch', platform };
  const index = /^\d+$/.test(image) ? undefined : names.before(own).get(image.toLowerCase());
  if (index !== undefined) {
    const inherited = from.platform === undefined ? before[index]?.platform : undefined;
    return { kind: 'stage', index, platform: inherited ?? platform };
  }
  return { kind: 'image', reference: image, platform };
}

function readPlatform(
  written: string,
  text: string,
  from: Stage['from'],
  options: PlanOptions,
  sink: DiagnosticSink,
): Platform {
  const usual = options.targetPlatform ?? options.buildPlatform;
  if (text === '') {
    const hint = 'only ARGs before the first FROM count here: declare it there, or pass --build-arg';
    sink.error('empty-platform', `empty platform value from expression ${written}`, from.position, hint);
    return usual;
  }
  try {
    return parsePlatform(text, usual);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    sink.error('bad-platform', `failed to parse platform ${written}: ${why}`, from.position);
    return usual;
  }
}

function neededStages(
  stages: readonly Stage[],
  bases: readonly StageBase[],
  wanted: readonly number[],
  names: StageNames,
  sink: DiagnosticSink,
): ReadonlySet<number> {
  const needed = new Set<number>();
  const waiting = [...wanted];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (needed.has(index)) continue;
    needed.add(index);
    const base = bases[index];
    if (base?.kind === 'stage') waiting.push(base.index);
    const earlier = names.before(index);
    for (const instruction of stages[index]?.instructions ?? []) {
      for (const origin of originsOf(instruction, earlier, sink)) {
        if (origin.kind === 'stage') waiting.push(origin.index);
      }
    }
  }
  return needed;
}

function planStage(
  stage: Stage,
  bases: readonly PlannedBase[],
  all: readonly Stage[],
  names: StageNames,
): PlannedStage {
  const { index, from, instructions } = stage;
  const { platform, ...base } = bases[index] as PlannedBase;
  const name = from.stageName ?? `stage-${index}`;
  const prefix = all.length === 1 && from.stageName === undefined ? '' : `${name} `;
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
  const earlier = names.before(index);
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
