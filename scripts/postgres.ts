import { mkdirSync, writeFileSync } from 'node:fs';
import { baseImage } from '../test/support/base-images.ts';
import { setup as buildIfStale } from '../test/support/build-if-stale.ts';
import { freePort } from '../test/support/free-port.ts';
import { gantryCli } from '../test/support/gantry-cli.ts';
import { enterOwnNetworkNamespace } from '../test/support/own-network-namespace.ts';
import { tempRoot } from '../test/support/temp-root.ts';
import { until } from '../test/support/until.ts';

/** A database does real work, is killed, moved, saved and brought back. Prints a line for each thing that holds. */

if (process.getuid?.() !== 0) {
  console.error('node scripts/postgres.ts   (as root; fetches packages from Debian’s archive)');
  process.exit(1);
}

/** Makes a cluster where there is none, as the images of databases do, and becomes the server. */
const entry = `#!/bin/sh
set -eu
bin=$(echo /usr/lib/postgresql/*/bin)
if [ "\${1-postgres}" != postgres ]; then PATH=$bin:$PATH exec "$@"; fi
if [ "$(id -u)" = 0 ]; then
  chown -R postgres:postgres /data
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" postgres
fi
if [ ! -s /data/db/PG_VERSION ]; then
  "$bin/initdb" -D /data/db -A trust >/dev/null
  echo "host all all all trust" >>/data/db/pg_hba.conf
fi
exec "$bin/postgres" -D /data/db -c listen_addresses='*' -c shared_buffers=32MB
`;
const dockerfile = `FROM debian:made
RUN --mount=type=cache,target=/var/cache/apt apt-get update -q && DEBIAN_FRONTEND=noninteractive \\
    apt-get install -qy --no-install-recommends postgresql && rm -rf /var/lib/apt/lists/* /var/lib/postgresql
COPY --chmod=755 entry /entry
ENV PGUSER=postgres
VOLUME /data
EXPOSE 5432
STOPSIGNAL SIGINT
HEALTHCHECK --interval=1s --start-period=60s --retries=5 CMD ["/entry", "pg_isready", "-q", "-h", "127.0.0.1"]
ENTRYPOINT ["/entry"]
CMD ["postgres"]
`;

buildIfStale();
await using root = await tempRoot();
const gantry = gantryCli(root);
const begun = performance.now();
let held = 0;

/** One thing that must be so. */
function holds(what: string, isSo: boolean, told: unknown = ''): void {
  if (!isSo) throw new Error(`does not hold: ${what}\n${told}`);
  held += 1;
  console.log(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${what}`);
}

await gantry.must('import', await baseImage('debian'), 'debian:made');
mkdirSync(root.at('context'));
writeFileSync(root.at('context', 'Dockerfile'), dockerfile);
writeFileSync(root.at('context', 'entry'), entry);
await gantry.with(
  { timeoutMs: 600_000 },
  ...['build', '-q', '--network', 'host', '--allow', 'network.host', '-t', 'postgres', root.at('context')],
);
holds(
  'the image is built from Debian and its packages',
  (await gantry('image', 'inspect', 'postgres')).status === 0,
);

// The build needs the way to the archive; what follows needs nobody.
enterOwnNetworkNamespace();
await using cleanUp = new AsyncDisposableStack();
cleanUp.defer(async () => {
  const names = (await gantry.must('ps', '-aq')).split('\n').filter((id) => id !== '');
  if (names.length > 0) await gantry.must('rm', '-f', '-v', ...names);
});
const port = String(await freePort());
await gantry.must('network', 'create', 'shop');
await gantry.must('network', 'create', 'archive');
await startServer('db', 'data', 'shop');
holds('the server is healthy by its own check', true);
const limits = await gantry.must(
  'exec',
  'db',
  'sh',
  '-c',
  'cat /sys/fs/cgroup/memory*/memory.limit_in_bytes /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; df -k /dev/shm | tail -n 1',
);
holds('it has the limits asked for', /268435456[\s\S]*\b150\b[\s\S]*65536/.test(limits), limits);

await client('shop', 'pgbench', '-q', '-i', '-s', '3', '-h', 'db');
holds(
  '300,000 rows are written by a client that knows it by name',
  (await query('select count(*) from pgbench_accounts')) === '300000',
);
const load = await client('shop', 'pgbench', '-n', '-c', '4', '-T', '3', '-h', 'db');
holds(`it works: ${/tps = [\d.]+/.exec(load)?.[0]}`, /tps = [1-9]/.test(load), load);
const outside = await gantry.must(
  'run',
  '--rm',
  '--network',
  'host',
  'postgres',
  'psql',
  '-h',
  '127.0.0.1',
  '-p',
  port,
  '-Atc',
  'select 6 * 7',
  'postgres',
);
holds('its port is reached from the machine', outside.trim() === '42', outside);
await balanced('the books balance');

const working = gantry(
  'run',
  '--rm',
  '--network',
  'shop',
  'postgres',
  'pgbench',
  '-n',
  '-c',
  '4',
  '-T',
  '60',
  '-h',
  'db',
  'postgres',
);
const booked = () => query('select count(*) from pgbench_history').then(Number);
const before = await booked();
await until(async () => (await booked()) > before + 50);
await gantry.must('kill', 'db');
await working;
const stateOf = (name: string) => gantry.must('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', name);
holds(
  'killed at work it is told to have ended by signal 9',
  (await stateOf('db')) === 'exited 137\n',
  await stateOf('db'),
);
await gantry.must('start', 'db');
await healthy('db');
const log = await gantry('logs', '--tail', '200', 'db');
holds('started again it recovers', /redo done|automatic recovery/.test(log.stderr + log.stdout), log.stderr);
holds('nothing it had booked is lost', (await booked()) > before + 50);
await balanced('and the books balance');

await gantry.must('restart', 'db');
await healthy('db');
await gantry.must('stop', 'db');
const ended = await gantry('logs', '--tail', '5', 'db');
holds(
  'stopped in peace it shuts down',
  (await stateOf('db')) === 'exited 0\n' && /system is shut down/.test(ended.stderr + ended.stdout),
  ended.stderr,
);
await gantry.must('start', 'db');
await healthy('db');
await balanced('and the books balance');

await gantry.must('network', 'connect', 'archive', 'db');
await gantry.must('network', 'disconnect', 'shop', 'db');
holds(
  'moved to another network while it runs it is known there',
  /^\d+$/.test(
    (await client('archive', 'psql', '-h', 'db', '-Atc', 'select count(*) from pgbench_history')).trim(),
  ),
);
const old = await gantry(
  'run',
  '--rm',
  '--network',
  'shop',
  'postgres',
  'psql',
  '-h',
  'db',
  '-Atc',
  'select 1',
  'postgres',
);
holds(
  'and no more where it was',
  old.status !== 0 && /could not translate host name/.test(old.stderr),
  old.stderr,
);

const monitor = (await gantry.must('inspect', '-f', '{{.State.Pid}}', 'db')).trim();
process.kill(Number(monitor), 'SIGKILL');
await until(async () => (await stateOf('db')).startsWith('exited'));
await gantry.must('start', 'db');
await healthy('db');
await balanced('its process killed from outside, the books balance');

const total = await booked();
await gantry.must('stop', 'db');
await gantry.must('volume', 'export', '-z', '-o', root.at('data.tar.gz'), 'data');
await gantry.must('rm', 'db');
await gantry.must('volume', 'rm', 'data');
await gantry.must('volume', 'create', 'again');
await gantry.must('volume', 'import', 'again', root.at('data.tar.gz'));
await startServer('db', 'again', 'archive');
holds('saved, thrown away and brought back it has all it had', (await booked()) === total);
await balanced('and the books balance');
await gantry.must('rm', '-f', 'db');
await gantry.must('volume', 'rm', 'again');
await gantry.must('network', 'rm', 'shop', 'archive');
console.log(`\n${held} things hold.`);

async function startServer(name: string, volume: string, network: string): Promise<void> {
  await gantry.must(
    ...['run', '-d', '--name', name, '--network', network, '-v', `${volume}:/data`],
    ...['-p', `127.0.0.1:${port}:5432`, '--memory', '256m', '--cpus', '1.5', '--pids-limit', '150'],
    ...['--shm-size', '64m', '--restart', 'no', 'postgres'],
  );
  await healthy(name);
}

async function healthy(name: string): Promise<void> {
  await until(async () => {
    const state = await gantry.must('inspect', '-f', '{{.State.Status}} {{.State.Health.Status}}', name);
    if (state.startsWith('exited')) throw new Error((await gantry('logs', name)).stderr);
    return state === 'running healthy\n';
  }, 120_000);
}

function client(network: string, ...command: readonly string[]): Promise<string> {
  return gantry.must('run', '--rm', '--network', network, 'postgres', ...command, 'postgres');
}

async function query(sql: string): Promise<string> {
  return (
    await gantry.must('exec', 'db', '/entry', 'psql', '-h', '127.0.0.1', '-Atc', sql, 'postgres')
  ).trim();
}

/** Each transaction of the load books the same amount in four tables: a lost half of one would show. */
async function balanced(what: string): Promise<void> {
  const sums = await query(
    'select (select sum(abalance) from pgbench_accounts), (select sum(bbalance) from pgbench_branches), (select sum(tbalance) from pgbench_tellers), (select sum(delta) from pgbench_history)',
  );
  const [first, ...others] = sums.split('|');
  holds(
    `${what} (${first} in four tables)`,
    others.length === 3 && others.every((sum) => sum === first),
    sums,
  );
}
