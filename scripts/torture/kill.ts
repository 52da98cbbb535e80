import { parseArgs } from 'node:util';
import { setup as buildIfStale } from '../../test/support/build-if-stale.ts';
import { enterOwnNetworkNamespace } from '../../test/support/own-network-namespace.ts';
import { durationOf, type KillRound, killRound } from './kill-round.ts';
import { operations } from './operations.ts';
import { openTortureStand } from './stand.ts';
import { removeEverything, storeRest } from './store-rest.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '200' },
    /** Times between two looks whether a byte is left when everything is removed. */
    sweep: { type: 'string', default: '10' },
    only: { type: 'string' },
  },
});
const times = Number(values.times);
const sweep = Number(values.sweep);
const chosen = operations.filter(
  ({ name }) => values.only === undefined || values.only.split(',').includes(name),
);
if (!(times > 0) || !(sweep > 0) || chosen.length === 0 || process.getuid?.() !== 0) {
  console.error('node scripts/torture/kill.ts [--times N] [--sweep N] [--only OPERATION,…]   (as root)');
  process.exit(1);
}

buildIfStale();
enterOwnNetworkNamespace();
await using stand = await openTortureStand();
const durations = new Map<string, number>();
for (const operation of chosen) durations.set(operation.name, await durationOf(stand, operation));

const rounds: KillRound[] = [];
for (let at = 0; at < times; at += 1) {
  const operation = chosen[at % chosen.length]!;
  // Up to a little later than it takes: also what happens while it ends.
  const afterMs = Math.random() * (durations.get(operation.name) ?? 0) * 1.1;
  const round = await killRound(stand, operation, afterMs);
  rounds.push(round);
  const { killed, mended } = round;
  console.log(
    `${String(at + 1).padStart(4)}  ${operation.name.padEnd(7)} ${killed ? 'killed after' : 'ended before'} ${afterMs.toFixed(0).padStart(5)} ms  ${mended.join(' ')}`,
  );
  if ((at + 1) % sweep !== 0 && at + 1 !== times) continue;
  await removeEverything(stand.gantry);
  const rest = storeRest(stand.root.dirs);
  if (rest.length > 0) throw new Error(`left when everything is removed:\n${rest.join('\n')}`);
}

console.log(`\n${times} times, ${rounds.filter(({ killed }) => killed).length} killed on the way.`);
for (const operation of chosen) {
  const own = rounds.filter((round) => round.operation === operation.name);
  const mended = Object.entries(
    Object.groupBy(
      own.flatMap((round) => round.mended),
      (code) => code,
    ),
  );
  console.log(
    `${operation.name.padEnd(7)} ${own.length} times, ${own.filter(({ killed }) => killed).length} killed; mended: ${mended.map(([code, all]) => `${all?.length} ${code}`).join(', ') || 'nothing'}`,
  );
}
