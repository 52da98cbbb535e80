import type { StoreReport } from '../../src/engine/store-report.ts';
import type { Operation } from './operations.ts';
import type { TortureStand } from './stand.ts';
import { startAndKill } from './start-and-kill.ts';

/** What one kill came to. */
export interface KillRound {
  readonly operation: string;
  readonly afterMs: number;
  /** False: it had ended by itself. */
  readonly killed: boolean;
  /** Codes of what the check found and mended. */
  readonly mended: readonly string[];
}

/**
 * Starts an operation, kills it with SIGKILL after a while, and looks whether the engine goes on: the same command must
 * work, and the check must find nothing that it cannot mend. Throws, with all that was said, when not.
 */
export async function killRound(
  stand: TortureStand,
  operation: Operation,
  afterMs: number,
): Promise<KillRound> {
  const { gantry } = stand;
  await operation.prepare(stand);
  const args = operation.args(stand);
  const killed = await startAndKill([...gantry.argv, ...args], gantry.env, afterMs);
  const again = await gantry(...args);
  if (again.status !== 0 && operation.doneAlready?.test(again.stderr) !== true) {
    throw new Error(`${operation.name}, killed after ${afterMs} ms, fails the next time:\n${again.stderr}`);
  }
  const repaired = await check(stand, '--repair');
  const left = repaired.findings.filter(({ status }) => status !== 'mended');
  const after = repaired.findings.length === 0 ? repaired : await check(stand);
  if (left.length > 0 || after.findings.length > 0) {
    const all = JSON.stringify([...left, ...after.findings], null, 2);
    throw new Error(`${operation.name}, killed after ${afterMs} ms, leaves what is not mended:\n${all}`);
  }
  return {
    operation: operation.name,
    afterMs,
    killed,
    mended: repaired.findings.map(({ code }) => code),
  };
}

/** How long an operation takes when nobody kills it. */
export async function durationOf(stand: TortureStand, operation: Operation): Promise<number> {
  await operation.prepare(stand);
  const begun = performance.now();
  await stand.gantry.must(...operation.args(stand));
  return performance.now() - begun;
}

/** What `system check` says, with these options. */
export async function check({ gantry }: TortureStand, ...args: readonly string[]): Promise<StoreReport> {
  const { stdout, stderr } = await gantry('system', 'check', '--format', 'json', ...args);
  if (!stdout.startsWith('{')) throw new Error(`system check fails:\n${stderr}`);
  return JSON.parse(stdout) as StoreReport;
}
