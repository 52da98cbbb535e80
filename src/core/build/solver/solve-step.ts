import { hash } from 'node:crypto';
import { unpackedLayer } from '../../images/write-image.ts';
import type { BuildSession } from './build-session.ts';
import { stepTime } from './build-session.ts';
import { cacheKey } from './cache-key.ts';
import type { CacheRecord } from './cache-records.ts';
import { findStep } from './find-step.ts';
import { makeLayer } from './make-layer.ts';
import { historyComment, type StageState } from './stage-state.ts';
import { takeTurn } from './step-turn.ts';
import type { StepWork } from './step-work.ts';

export interface SolvedStep {
  readonly state: StageState;
  readonly cached: boolean;
}

type LayerWork = Extract<StepWork, { kind: 'layer' }>;

/** A step that has to be executed, and the keys it was not found by. */
export interface MissedStep {
  readonly work: LayerWork;
  readonly keys: readonly string[];
}

/** Finds a step in the cache or makes it, and keeps it there. `vertex` is told when it waits for another build. */
export async function solveStep(
  session: BuildSession,
  before: StageState,
  work: StepWork,
  vertex: string,
): Promise<SolvedStep> {
  const found = await lookForStep(session, before, work);
  return isMissed(found) ? makeStep(session, before, found, vertex) : found;
}

export function isMissed(found: SolvedStep | MissedStep): found is MissedStep {
  return 'work' in found;
}

/** Finds a step in the cache. One that changes no files is done at once. */
export async function lookForStep(
  session: BuildSession,
  before: StageState,
  work: StepWork,
): Promise<SolvedStep | MissedStep> {
  if (work.kind === 'config') return solveConfig(session, work);
  const missed: string[] = [];
  for (const makeKey of work.keys) {
    const key = await makeKey();
    const found = await findStep(session, key, before);
    if (found !== undefined) {
      if (missed.length > 0) session.cache.keep(missed, found);
      return { state: await afterStep(session, before, work, found), cached: true };
    }
    missed.push(key);
  }
  return { work, keys: missed };
}

/** Executes a step, unless another build is doing that: then it waits for what comes of it. */
export async function makeStep(
  session: BuildSession,
  before: StageState,
  { work, keys }: MissedStep,
  vertex: string,
): Promise<SolvedStep> {
  const make = async (): Promise<SolvedStep> => {
    const record = await makeRecord(session, before, work, keys);
    return { state: await afterStep(session, before, work, record), cached: false };
  };
  if (session.noCache) return make();
  const last = keys.at(-1) as string;
  using _ = await takeTurn(session, last, vertex);
  // Whoever had it before has made it, or has failed and left it to us.
  const made = session.cache.find(last);
  return made === undefined
    ? await make()
    : { state: await afterStep(session, before, work, made), cached: true };
}

async function solveConfig(
  session: BuildSession,
  work: Extract<StepWork, { kind: 'config' }>,
): Promise<SolvedStep> {
  const { state, createdBy } = work;
  const key = cacheKey('config', {
    below: state.chainId ?? null,
    createdBy: createdBy ?? null,
    config: hash('sha256', JSON.stringify([state.config, state.author ?? null]), 'hex'),
    epoch: session.epochSeconds ?? null,
  });
  const found = await findStep(session, key, state);
  const record = found ?? keepConfig(session, key, freshRecord(session, createdBy ?? '', undefined));
  return { state: withHistory(state, record, createdBy), cached: found !== undefined };
}

/** Of builds at the same time the first one says when it was. */
function keepConfig(session: BuildSession, key: string, record: CacheRecord): CacheRecord {
  if (!session.noCache) return session.cache.keepFirst(key, record);
  session.cache.keep([key], record);
  return record;
}

async function makeRecord(
  session: BuildSession,
  before: StageState,
  work: LayerWork,
  keys: readonly string[],
): Promise<CacheRecord> {
  const layer = await session.onCore(() => makeLayer(session, before, work.write));
  const record = freshRecord(session, work.createdBy, layer);
  const keyNow = await work.keyNow?.();
  session.cache.keep(keyNow === undefined ? keys : [keyNow], record);
  return record;
}

function freshRecord(session: BuildSession, description: string, layer: CacheRecord['layer']): CacheRecord {
  return {
    description,
    createdAt: stepTime(session).toISOString(),
    lastUsedAt: new Date().toISOString(),
    layer,
  };
}

/**
 * The stage after a step whose record is known. What was taken from stages is from now on found without them, by their
 * definition.
 */
async function afterStep(
  { cache }: BuildSession,
  before: StageState,
  work: LayerWork,
  record: CacheRecord,
): Promise<StageState> {
  const key = work.takesFromStages ? await work.definedKey(before.chainId ?? '') : undefined;
  if (key !== undefined && cache.find(key)?.layer?.chainId !== record.layer?.chainId) {
    cache.keep([key], record);
  }
  return afterLayer(before, work, record);
}

export async function afterLayer(
  before: StageState,
  work: LayerWork,
  record: CacheRecord,
): Promise<StageState> {
  const definition = await definitionAfter(before, work);
  const state = { ...withHistory(work.state, record, work.createdBy), definition };
  const { layer } = record;
  if (layer === undefined) return state;
  return {
    ...state,
    chainId: layer.chainId,
    layers: [...state.layers, { diffId: layer.diffId, descriptor: unpackedLayer(layer) }],
  };
}

/** Steps that change no files do not count. */
export async function definitionAfter(
  { definition }: StageState,
  work: StepWork,
): Promise<string | undefined> {
  return work.kind === 'config' || definition === undefined ? definition : work.definedKey(definition);
}

function withHistory(
  state: StageState,
  { createdAt, layer }: CacheRecord,
  createdBy: string | undefined,
): StageState {
  if (createdBy === undefined) return state;
  const item = {
    created: createdAt,
    created_by: createdBy,
    comment: historyComment,
    ...(layer === undefined ? { empty_layer: true } : {}),
  };
  return { ...state, createdAt, history: [...state.history, item] };
}
