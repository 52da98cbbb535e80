import { join } from 'node:path';
import type { HealthReport, HealthResult } from '../../engine/containers.ts';
import { writeFileWhole } from '../host/durable-file.ts';
import { readRegularFile } from '../host/read-regular-file.ts';
import type { ContainerRecord } from './container-record.ts';
import { healthPlan } from './health.ts';

const fileName = 'health.json';
const limitBytes = 1024 * 1024;
/** Docker's figures. */
const keptResults = 5;
const outputBytes = 4096;

/**
 * Adds a result to those in a container's folder, of which the last five stay. A file of its own: the record is read by
 * every list. Where it cannot be written (a full disk) the check counts nevertheless.
 */
export function keepHealthResult(dir: string, result: HealthResult): void {
  const log = [...readHealthLog(dir), result].slice(-keptResults);
  try {
    writeFileWhole(join(dir, fileName), JSON.stringify(log), { durable: false });
  } catch {
    // Nobody misses it as much as the check.
  }
}

/** The last results, the oldest first. */
export function readHealthLog(dir: string): readonly HealthResult[] {
  try {
    const log: unknown = JSON.parse(readRegularFile(join(dir, fileName), limitBytes).toString());
    return Array.isArray(log) ? log.filter(isResult) : [];
  } catch {
    return [];
  }
}

/** What `inspect` tells. Undefined when there is no check, or it never ran. */
export function healthReport(record: ContainerRecord, dir: string): HealthReport | undefined {
  const { health, healthcheck, startedAt } = record;
  if (startedAt === undefined || healthPlan(healthcheck) === undefined) return undefined;
  return {
    status: health?.status ?? 'unhealthy',
    failingStreak: health?.failingStreak ?? 0,
    log: readHealthLog(dir),
  };
}

/** Takes what a check prints, and keeps its beginning. */
export class HealthOutput {
  readonly #chunks: Uint8Array[] = [];
  #left = outputBytes;
  #cut = false;

  add(chunk: Uint8Array): void {
    if (chunk.length > this.#left) this.#cut = true;
    // Chunks may share one buffer.
    if (this.#left > 0) this.#chunks.push(Uint8Array.from(chunk.subarray(0, this.#left)));
    this.#left = Math.max(0, this.#left - chunk.length);
  }

  text(): string {
    return `${Buffer.concat(this.#chunks).toString('utf8')}${this.#cut ? '...' : ''}`;
  }
}

function isResult(value: unknown): value is HealthResult {
  const { startedAt, endedAt, exitCode, output } = (value ?? {}) as Partial<HealthResult>;
  return (
    typeof startedAt === 'string' &&
    typeof endedAt === 'string' &&
    typeof exitCode === 'number' &&
    typeof output === 'string'
  );
}
