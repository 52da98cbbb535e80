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

/** Finds a step in the cache or makes it, and keeps it there. `vertex` is told when it waits for another build. */
export async function solveStep(
  session: BuildSession,
  before: StageState,
  work: StepWork,
  vertex: string,
): Promise<SolvedStep> {
  return work.kind === 'config' ? solveConfig(session, work) : solveLayer(session, before, work, vertex);
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

async function solveLayer(
  session: BuildSession,
  before: StageState,
  work: Extract<StepWork, { kind: 'layer' }>,
  vertex: string,
): Promise<SolvedStep> {
  const missed: string[] = [];
  for (const makeKey of work.keys) {
    const key = await makeKey();
    const found = await findStep(session, key, before);
    if (found !== undefined) {
      if (missed.length > 0) session.cache.keep(missed, found);
      return { state: withLayer(work, found), cached: true };
    }
    missed.push(key);
  }
  const make = async (): Promise<SolvedStep> => {
    const record = await makeRecord(session, before, work, missed);
    return { state: withLayer(work, record), cached: false };
  };
  if (session.noCache) return make();
  const last = missed.at(-1) as string;
  using _ = await takeTurn(session, last, vertex);
  // Whoever had it before has made it, or has failed and left it to us.
  const made = session.cache.find(last);
  return made === undefined ? await make() : { state: withLayer(work, made), cached: true };
}

async function makeRecord(
  session: BuildSession,
  before: StageState,
  work: Extract<StepWork, { kind: 'layer' }>,
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

function withLayer(work: Extract<StepWork, { kind: 'layer' }>, record: CacheRecord): StageState {
  const state = withHistory(work.state, record, work.createdBy);
  const { layer } = record;
  if (layer === undefined) return state;
  return {
    ...state,
    chainId: layer.chainId,
    layers: [...state.layers, { diffId: layer.diffId, descriptor: unpackedLayer(layer) }],
  };
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
