import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GantryCli } from '../../test/support/gantry-cli.ts';
import type { ProgramResult } from '../../test/support/run-program.ts';
import type { TempRoot } from '../../test/support/temp-root.ts';
import { watchMachine } from './machine-rest.ts';
import { type SoakRound, soakRounds } from './soak-rounds.ts';
import { startAndKill } from './start-and-kill.ts';
import { removeEverything, storeRest } from './store-rest.ts';

export type Victim = 'nobody' | 'gantry' | 'monitor' | 'process';

/** What a soak came to. */
export interface SoakResult {
  readonly containers: number;
  /** How often each was killed on the way. */
  readonly killed: Readonly<Record<Exclude<Victim, 'nobody'>, number>>;
  readonly commands: number;
}

/** What is told about a container that a kill has done away with, or brought to another state than it would be in. */
const expected =
  /No such (?:container|object)|no container with name|is not running|is already in use|is not paused|is already running|cannot be started|is restarting|is not connected|already exists in network|Could not find the file|the start was interrupted|is marked for removal|no public port/i;

/**
 * Makes, runs and removes containers in all ways there are, `workers` at a time, with gantry, the monitor or the
 * process killed in half of them. Throws when a command fails as nobody could expect, when a container that was
 * promised is not there, or when the machine or the store has more at the end than at the beginning.
 */
export async function soak(
  { root, gantry }: { readonly root: TempRoot; readonly gantry: GantryCli },
  containers: number,
  workers: number,
  onDone: (done: number) => void = () => undefined,
): Promise<SoakResult> {
  await gantry.must('network', 'create', '--ipv6', 'soak');
  await gantry.must('network', 'create', 'beside');
  // What is made once and stays: bridges, rules, the volume they share.
  await gantry.must('run', '--rm', '-v', 'shared:/shared', '-p', '127.0.0.1::80', 'busybox', 'true');
  for (const network of ['soak', 'beside'])
    await gantry.must('run', '--rm', '--network', network, 'busybox', 'true');
  using machine = await watchMachine(root);
  const killed = { gantry: 0, monitor: 0, process: 0 };
  const failures: string[] = [];
  let next = 0;
  let commands = 0;
  const worker = async (): Promise<void> => {
    while (next < containers && failures.length === 0) {
      const number = next++;
      const round = soakRounds[number % soakRounds.length] as SoakRound;
      const victim = victimOf(round);
      const result = await oneContainer({ root, gantry }, round, `soak-${number}`, victim);
      commands += result.commands;
      if (result.killed && victim !== 'nobody') killed[victim] += 1;
      if (result.failure !== undefined) failures.push(`${round.name}, ${victim} killed: ${result.failure}`);
      onDone(number + 1);
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  if (failures.length > 0) throw new Error(failures.join('\n'));
  const left = await gantry.must('ps', '-a', '--format', '{{.Names}} {{.Status}}');
  if (left !== '') throw new Error(`containers that were removed are there:\n${left}`);
  await removeEverything(gantry);
  const more = await machine.more();
  await gantry.must('volume', 'prune', '-af');
  for (const network of ['soak', 'beside']) await gantry.must('network', 'rm', network);
  const all = [...more, ...storeRest(root.dirs)];
  if (all.length > 0) throw new Error(`left when everything is removed:\n${all.join('\n')}`);
  return { containers, killed, commands };
}

function victimOf({ runsAfter }: SoakRound): Victim {
  const lot = Math.random();
  if (lot < 0.5) return 'nobody';
  if (lot < 0.75 || runsAfter === 0) return 'gantry';
  return lot < 0.875 ? 'monitor' : 'process';
}

interface RoundResult {
  readonly commands: number;
  readonly killed: boolean;
  readonly failure: string | undefined;
}

async function oneContainer(
  stand: { readonly root: TempRoot; readonly gantry: GantryCli },
  round: SoakRound,
  name: string,
  victim: Victim,
): Promise<RoundResult> {
  const { gantry } = stand;
  const all = round.commands(name);
  const doomed = victim === 'gantry' ? Math.floor(Math.random() * all.length) : -1;
  let killed = false;
  for (const [at, args] of all.entries()) {
    if (at === doomed) {
      killed = await startAndKill([...gantry.argv, ...args], gantry.env, Math.random() * 180);
      // A person would look, and try again what did not work.
      if (at < all.length - 1) continue;
    }
    const result = await gantry(...args);
    const isLast = at === all.length - 1;
    const wanted = round.status?.[at] ?? 0;
    if (result.status !== wanted && !(killed && (expected.test(result.stderr) || sameEnd(result, wanted)))) {
      const failure = `${args.join(' ')} (${result.status}): ${result.stderr}`;
      return { commands: at + 1, killed, failure };
    }
    if (!isLast && at + 1 === round.runsAfter && (victim === 'monitor' || victim === 'process')) {
      killed = await killInside(stand, name, victim);
    }
  }
  // It may have been killed between two names.
  if (killed) await gantry('rm', '-f', '-v', `${name}-renamed`);
  return { commands: all.length, killed, failure: await stillThere(gantry, name) };
}

async function stillThere(gantry: GantryCli, name: string): Promise<string | undefined> {
  const { status, stderr } = await gantry('inspect', '--type', 'container', name);
  return status !== 0 && /No such container/.test(stderr) ? undefined : `${name} is still there ${stderr}`;
}

function sameEnd({ status, stderr }: ProgramResult, wanted: number): boolean {
  return wanted !== 0 && status !== 0 && stderr === '';
}

/** False: it had ended by itself. */
async function killInside(
  { root, gantry }: { readonly root: TempRoot; readonly gantry: GantryCli },
  name: string,
  victim: 'monitor' | 'process',
): Promise<boolean> {
  const { status, stdout } = await gantry('inspect', '--format', '{{.Id}} {{.State.Pid}}', name);
  if (status !== 0) return false;
  const [id = '', pid = ''] = stdout.trim().split(' ');
  try {
    const file = join(root.dirs.root, 'containers', id, 'monitor.pid');
    const target = victim === 'process' ? Number(pid) : Number(readFileSync(file, 'utf8'));
    if (target <= 1) return false;
    process.kill(target, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}
