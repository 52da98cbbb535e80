import { compareBuilds } from '../test/conformance/builds/compare-builds.ts';
import { comparisonTable } from '../test/conformance/builds/comparison-table.ts';
import { corpus } from '../test/conformance/builds/corpus/corpus.ts';
import { cliStand } from '../test/support/cli-stand.ts';
import { dockerDaemon } from '../test/support/docker-daemon.ts';
import { enterOwnNetworkNamespace } from '../test/support/own-network-namespace.ts';

// Builds a corpus of Dockerfiles by gantry and by docker, on a daemon of its own, and says where they differ:
// node scripts/compare-builds.ts [WORDS OF A ROW]
const [wanted = ''] = process.argv.slice(2);
const cases = corpus.filter(({ row }) => row.includes(wanted));

enterOwnNetworkNamespace();
await using stand = await cliStand();
await using docker = await dockerDaemon();
const compared = await compareBuilds(cases, stand, docker);
console.log(comparisonTable(compared).join('\n'));
process.exitCode = compared.some(({ verdict }) => verdict === 'different') ? 1 : 0;
