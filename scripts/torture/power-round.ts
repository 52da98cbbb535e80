import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { check } from './kill-round.ts';
import type { Operation } from './operations.ts';
import type { PowerDisk } from './power-disk.ts';
import type { TortureStand } from './stand.ts';

/** What one power cut came to. */
export interface PowerRound {
  readonly operation: string;
  readonly afterMs: number;
  /** The operation had told its success before. */
  readonly hadEnded: boolean;
  /** Codes of what the check found and mended: leftovers only. */
  readonly mended: readonly string[];
}

/**
 * Starts an operation, cuts the power after a while, and looks at what is there when it is back: everything that had
 * been promised before, nothing damaged, and an engine in which the same command works.
 */
export async function powerRound(
  stand: TortureStand,
  disk: PowerDisk,
  operation: Operation,
  afterMs: number,
): Promise<PowerRound> {
  const { gantry } = stand;
  await operation.prepare(stand);
  const promised = operation.removes === true ? [] : [...(await namesHere(stand))];
  const args = operation.args(stand);
  const hadEnded = await startAndWait([...gantry.argv, ...args], gantry.env, afterMs);
  await disk.cut();
  await disk.powerUp();
  if (hadEnded) promised.push(...(operation.gives?.(stand) ?? []));
  const fail = (what: string): never => {
    throw new Error(`${operation.name}, power cut after ${afterMs.toFixed()} ms: ${what}`);
  };

  const { findings } = await check(stand, '--full', '--repair');
  const wrong = findings.filter(({ status, severity }) => status !== 'mended' || severity === 'damage');
  if (wrong.length > 0) fail(`it is damaged:\n${JSON.stringify(wrong, null, 2)}`);
  const here = await namesHere(stand);
  const lost = promised.filter((name) => !here.has(name));
  if (lost.length > 0) fail(`${lost.join(', ')} had been promised and is gone`);
  const again = await gantry(...args);
  if (again.status !== 0 && operation.doneAlready?.test(again.stderr) !== true) {
    fail(`it fails the next time:\n${again.stderr}`);
  }
  const after = await check(stand, '--full');
  if (after.findings.length > 0) fail(`it leaves:\n${JSON.stringify(after.findings, null, 2)}`);
  return { operation: operation.name, afterMs, hadEnded, mended: findings.map(({ code }) => code) };
}

async function namesHere({ gantry }: TortureStand): Promise<ReadonlySet<string>> {
  const lines = await gantry.must('images', '--format', '{{.Repository}}:{{.Tag}}');
  return new Set(lines.split('\n').filter((line) => line !== '' && !line.includes('<none>')));
}

/** Whether it ended well within the time. */
async function startAndWait(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  afterMs: number,
): Promise<boolean> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  const ended = new Promise<boolean>((resolve) => child.once('exit', (code) => resolve(code === 0)));
  return Promise.race([ended, pause(afterMs, false)]);
}
