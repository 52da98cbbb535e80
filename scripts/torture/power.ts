import { parseArgs } from 'node:util';
import { setup as buildIfStale } from '../../test/support/build-if-stale.ts';
import { enterOwnNetworkNamespace } from '../../test/support/own-network-namespace.ts';
import { durationOf } from './kill-round.ts';
import { operations } from './operations.ts';
import { openPowerDisk } from './power-disk.ts';
import { type PowerRound, powerRound } from './power-round.ts';
import { openTortureStand, rootOn } from './stand.ts';
import { removeEverything, storeRest } from './store-rest.ts';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '50' }, only: { type: 'string' } },
});
const times = Number(values.times);
// What a container or an archive leaves elsewhere is none of the store's business.
const chosen = operations.filter(
  ({ name }) =>
    !['save', 'run'].includes(name) && (values.only === undefined || values.only.split(',').includes(name)),
);
if (!(times > 0) || chosen.length === 0 || process.getuid?.() !== 0) {
  console.error('node scripts/torture/power.ts [--times N] [--only OPERATION,…]   (as root)');
  process.exit(1);
}

buildIfStale();
enterOwnNetworkNamespace();
await using disk = await openPowerDisk(800);
await using stand = await openTortureStand((made) => rootOn(disk, made));
const durations = new Map<string, number>();
for (const operation of chosen) durations.set(operation.name, await durationOf(stand, operation));
const rounds: PowerRound[] = [];
for (let at = 0; at < times; at += 1) {
  const operation = chosen[at % chosen.length]!;
  const afterMs = Math.random() * (durations.get(operation.name) ?? 0) * 1.3;
  const round = await powerRound(stand, disk, operation, afterMs);
  rounds.push(round);
  console.log(
    `${String(at + 1).padStart(4)}  ${operation.name.padEnd(7)} ${afterMs.toFixed(0).padStart(5)} ms ${round.hadEnded ? '(had ended)' : ''} ${round.mended.join(' ')}`,
  );
}
await removeEverything(stand.gantry);
const rest = storeRest(stand.root.dirs);
if (rest.length > 0) throw new Error(`left when everything is removed:\n${rest.join('\n')}`);
const mended = Object.entries(
  Object.groupBy(
    rounds.flatMap((round) => round.mended),
    (code) => code,
  ),
);
console.log(
  `\n${times} power cuts, ${rounds.filter(({ hadEnded }) => hadEnded).length} after the end; mended: ${mended.map(([code, all]) => `${all?.length} ${code}`).join(', ') || 'nothing'}; nothing damaged, nothing promised lost.`,
);
