import { parseArgs } from 'node:util';
import { cliStand } from '../../test/support/cli-stand.ts';
import { enterOwnNetworkNamespace } from '../../test/support/own-network-namespace.ts';
import { soak } from './soak-containers.ts';

const { values } = parseArgs({
  options: {
    containers: { type: 'string', default: '2000' },
    processes: { type: 'string', default: '4' },
  },
});
const containers = Number(values.containers);
const processes = Number(values.processes);
if (!(containers > 0) || !(processes > 0) || process.getuid?.() !== 0) {
  console.error('node scripts/torture/soak.ts [--containers N] [--processes N]   (as root)');
  process.exit(1);
}

enterOwnNetworkNamespace();
await using stand = await cliStand();
const begun = performance.now();
const { killed, commands } = await soak(stand, containers, processes, (done) => {
  if (done % 100 === 0) console.log(`${done} containers`);
});
const seconds = ((performance.now() - begun) / 1000).toFixed(0);
console.log(
  `${containers} containers, ${commands} commands by ${processes} at a time, ${seconds} s. Killed: gantry ${killed.gantry} times, monitors ${killed.monitor}, processes ${killed.process}.\n` +
    'No container is lost, and no mount, interface, rule, cgroup, process or file is left.',
);
