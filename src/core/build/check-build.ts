import type { GantryError } from '../../base/gantry-error.ts';
import type { BuildCheck, BuildFinding, BuildSpec } from '../../engine/builds.ts';
import type { Platform } from '../../oci/platform.ts';
import { normalizePlatform, parsePlatform } from '../../oci/platform-parse.ts';
import type { CoreServices } from '../core-services.ts';
import { hostPlatform } from '../host/host-platform.ts';
import type { Image } from '../images/image-store.ts';
import { openContext } from './context/open-context.ts';
import type { Diagnostic } from './dockerfile/diagnostic.ts';
import { DiagnosticSink } from './dockerfile/diagnostic-sink.ts';
import type { StageInstruction } from './dockerfile/dockerfile.ts';
import { parseDockerfile } from './dockerfile/parse-dockerfile.ts';
import { planError, syntaxError } from './dockerfile/syntax-error.ts';
import type { BuildPlan, PlannedStage } from './graph/build-plan.ts';
import { NamedContexts } from './graph/named-contexts.ts';
import { planBuild } from './graph/plan-build.ts';
import { checkOptionsOf, violation } from './lint/findings-report.ts';
import { type KnownBase, lintPlannedStage } from './lint/lint-planned-stage.ts';
import { rules } from './lint/rules.ts';
import { selectFindings } from './lint/select-findings.ts';
import { knowledgeOf, type StageKnowledge } from './lint/stage-knowledge.ts';
import { triggerSteps } from './solver/triggers.ts';

/**
 * Makes the build checks of a Dockerfile with the images that are here, and builds nothing. Without a target all
 * stages are checked.
 */
export function checkBuild(services: CoreServices, spec: BuildSpec): BuildCheck {
  const context = openContext(spec, services.dirs);
  const buildArgs = spec.buildArgs ?? {};
  const parsed = parseDockerfile(context.dockerfileText, context.dockerfileName);
  const options = checkOptionsOf(parsed.check, buildArgs);
  const found: Diagnostic[] = [...parsed.diagnostics];
  const unknownImages: string[] = [];
  let error = firstError(parsed.diagnostics, syntaxError);
  if (parsed.value !== undefined) {
    const buildPlatform = normalizePlatform(hostPlatform());
    const planned = planBuild(parsed.value, {
      file: context.dockerfileName,
      target: spec.target,
      buildArgs,
      buildPlatform,
      targetPlatform: spec.platform === undefined ? undefined : parsePlatform(spec.platform, buildPlatform),
      contexts: new NamedContexts(spec.contexts ?? {}),
      allStages: true,
    });
    found.push(...planned.diagnostics);
    error = firstError(planned.diagnostics, planError);
    if (planned.value !== undefined) {
      const sink = new DiagnosticSink(context.dockerfileName);
      const isIgnored = (path: string): boolean => context.tree.isIgnored(path);
      const lint = { plan: planned.value, buildArgs, buildPlatform, isIgnored };
      unknownImages.push(...lintStages(services, lint, sink));
      found.push(...sink.diagnostics);
    }
  }
  const findings = selectFindings(found, options).filter(({ severity }) => severity === 'warning');
  return {
    text: context.dockerfileText,
    findings: findings.map(asFinding).toSorted(inOrder),
    error: error ?? violation(findings, options),
    unknownImages: [...new Set(unknownImages)],
  };
}

/** Returns the images that could not be asked. */
function lintStages(
  services: CoreServices,
  options: {
    readonly plan: BuildPlan;
    readonly buildArgs: Readonly<Record<string, string>>;
    readonly buildPlatform: Platform;
    readonly isIgnored: (path: string) => boolean;
  },
  sink: DiagnosticSink,
): readonly string[] {
  const unknown: string[] = [];
  const after = new Map<number, { knowledge: StageKnowledge; triggers: readonly string[] }>();
  for (const stage of options.plan.stages) {
    const base = baseOf(services, stage, after, unknown);
    const knowledge = lintPlannedStage(stage, base, options, sink);
    after.set(stage.index, { knowledge, triggers: triggersOf(stage) });
  }
  return unknown;
}

function baseOf(
  services: CoreServices,
  stage: PlannedStage,
  after: ReadonlyMap<number, { knowledge: StageKnowledge; triggers: readonly string[] }>,
  unknown: string[],
): KnownBase {
  const { base } = stage;
  if (base.kind === 'layout') {
    unknown.push(base.dir);
    return { knowledge: knowledgeOf(undefined), platform: undefined, triggers: [] };
  }
  if (base.kind === 'scratch' || base.kind === 'folder' || base.kind === 'remote') {
    return { knowledge: knowledgeOf({}), platform: undefined, triggers: [] };
  }
  if (base.kind === 'stage') {
    const known = after.get(base.index);
    const triggers = parseTriggers(stage, known?.triggers ?? []);
    return { knowledge: known?.knowledge ?? knowledgeOf(undefined), platform: undefined, triggers };
  }
  const image = findImage(services, base.reference);
  if (image === undefined) {
    unknown.push(base.reference);
    return { knowledge: knowledgeOf(undefined), platform: undefined, triggers: [] };
  }
  const config = image.config.config ?? {};
  const { os, architecture, variant } = image.config;
  const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
  return {
    knowledge: knowledgeOf(config),
    platform,
    triggers: parseTriggers(stage, config.OnBuild ?? []),
  };
}

function findImage(services: CoreServices, reference: string): Image | undefined {
  try {
    return services.images.findBase(reference);
  } catch {
    // A name no image can have: the build itself says so.
    return undefined;
  }
}

function triggersOf({ steps }: PlannedStage): readonly string[] {
  return steps.flatMap(({ instruction }) => (instruction.kind === 'onbuild' ? [instruction.trigger] : []));
}

/** Triggers that do not parse are an error of the build. */
function parseTriggers(stage: PlannedStage, texts: readonly string[]): readonly StageInstruction[] {
  try {
    return triggerSteps(stage, texts).map(({ instruction }) => instruction);
  } catch {
    return [];
  }
}

function firstError(
  diagnostics: readonly Diagnostic[],
  asError: (diagnostic: Diagnostic) => GantryError,
): GantryError | undefined {
  const first = diagnostics.find(({ severity }) => severity === 'error');
  return first && asError(first);
}

function asFinding({ code, message, position }: Diagnostic): BuildFinding {
  const description = Object.hasOwn(rules, code) ? rules[code as keyof typeof rules].description : '';
  return { rule: code, description, message, position };
}

function inOrder(one: BuildFinding, other: BuildFinding): number {
  return (
    one.position.line - other.position.line ||
    one.rule.localeCompare(other.rule, 'en') ||
    one.message.localeCompare(other.message, 'en')
  );
}
