import { parseArgs } from 'node:util';
import { enterOwnNetworkNamespace } from '../test/support/own-network-namespace.ts';
import { benchCachedBuild, benchChangedBuild, benchColdBuild, benchSideBySide } from './bench/builds.ts';
import { benchList } from './bench/list-containers.ts';
import { benchListImages } from './bench/list-images.ts';
import { formatResult, type Result } from './bench/report.ts';
import { benchRun } from './bench/run-container.ts';
import {
  benchExec,
  benchListMany,
  benchOutput,
  benchRemoveMany,
  benchStartMany,
  benchStop,
} from './bench/running-containers.ts';
import { benchScreen } from './bench/screen.ts';
import { benchSlowLink } from './bench/slow-link.ts';
import { openStage, type Stage } from './bench/stage.ts';
import { benchSupervision } from './bench/supervision.ts';
import { benchLoad, benchPull, benchPullTop, benchPush } from './bench/transfers.ts';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '10' } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
/** Of what takes seconds, and gigabytes. */
const few = Math.max(1, Math.ceil(rounds / 4));

const benches: Readonly<Record<string, (stage: Stage) => Promise<readonly Result[]>>> = {
  run: async (stage) => [await benchRun(stage, 'bridge', rounds), await benchRun(stage, 'none', rounds)],
  build: (stage) => benchCachedBuild(stage, Math.ceil(rounds / 2)),
  'build-changed': async (stage) => [await benchChangedBuild(stage, few)],
  'build-cold': (stage) => benchColdBuild(stage, few),
  'build-stages': async (stage) => [await benchSideBySide(stage)],
  ps: async (stage) => [await benchList(stage, rounds), await benchListMany(stage, rounds)],
  stop: async (stage) => [await benchStop(stage, rounds)],
  exec: async (stage) => [await benchExec(stage, rounds)],
  'rm-many': async (stage) => [await benchRemoveMany(stage, few)],
  'start-many': async (stage) => [await benchStartMany(stage, 1, 1), await benchStartMany(stage, 10, 1)],
  memory: async (stage) => [await benchSupervision(stage)],
  output: async (stage) => [await benchOutput(stage, few)],
  images: async () => [await benchListImages(rounds)],
  link: (stage) => benchSlowLink(stage, Math.ceil(rounds / 10)),
  screen: (stage) => benchScreen(stage, rounds),
  pull: async (stage) => [await benchPull(stage, few)],
  'pull-top': async (stage) => [await benchPullTop(stage, few)],
  load: async (stage) => [await benchLoad(stage, few)],
  push: async (stage) => [await benchPush(stage, few)],
};

const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0 || !(rounds > 0) || process.getuid?.() !== 0) {
  console.error(`npm run bench -- [--rounds N] [${Object.keys(benches).join('|')}]…   (as root)`);
  process.exit(1);
}

const wanted = Object.entries(benches).filter(
  ([name]) => positionals.length === 0 || positionals.includes(name),
);
const comparesPeers = wanted.some(([name]) => name !== 'screen' && name !== 'images');

// Peers and their firewall rules stay inside; what is measured is the same.
enterOwnNetworkNamespace();
await using stage = await openStage(comparesPeers, (reason) => console.log(reason));
for (const [, bench] of wanted) {
  for (const result of await bench(stage)) console.log(formatResult(result));
}
