import { parseArgs } from 'node:util';
import { setup as buildIfStale } from '../../test/support/build-if-stale.ts';
import { enterOwnNetworkNamespace } from '../../test/support/own-network-namespace.ts';
import { openTortureStand } from './stand.ts';
import { stress } from './stress-images.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    processes: { type: 'string', default: '10' },
  },
});
const seconds = Number(values.seconds);
const processes = Number(values.processes);
if (!(seconds > 0) || !(processes > 0) || process.getuid?.() !== 0) {
  console.error('node scripts/torture/stress.ts [--seconds N] [--processes N]   (as root)');
  process.exit(1);
}

buildIfStale();
enterOwnNetworkNamespace();
await using stand = await openTortureStand();
const { runs } = await stress(stand, processes, seconds * 1000);
for (const [name, { count, refused }] of runs)
  console.log(`${name.padEnd(7)} ${count} times, ${refused} refused`);
console.log('Nothing failed that should not, nothing is lost, nothing is left.');
