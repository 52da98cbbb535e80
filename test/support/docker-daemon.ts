import { writeFileSync } from 'node:fs';
import { mustRun, type ProgramOptions, type ProgramResult, runProgram } from './run-program.ts';
import { startServer } from './server-process.ts';
import { tempFolder } from './temp-folder.ts';

/** Debian's dockerd with everything it keeps in a folder of its own. */
export interface DockerDaemon extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /** What runs its client, and with which environment. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** `docker ARGS`; any status is a result. */
  docker(...args: readonly string[]): Promise<ProgramResult>;
  dockerWith(options: ProgramOptions, ...args: readonly string[]): Promise<ProgramResult>;
  /** Standard output of `docker ARGS`, which must succeed. */
  must(...args: readonly string[]): Promise<string>;
  log(): string;
}

/** The client that came with this daemon; another one on the path may be years older or newer. */
const client = '/usr/bin/docker';

/**
 * Starts it in the network namespace of the test file: it makes `docker0` and sets the FORWARD policy to DROP there.
 * Registries on loopback need no TLS for it.
 */
export async function dockerDaemon(): Promise<DockerDaemon> {
  const folder = tempFolder();
  const host = `unix://${folder.at('docker.sock')}`;
  // Without this it would write a key below /etc.
  writeFileSync(folder.at('daemon.json'), JSON.stringify({ 'deprecated-key-path': folder.at('key.json') }));
  const env = { DOCKER_HOST: host, DOCKER_CONFIG: folder.at('client') };
  const server = await startServer({
    argv: [
      'dockerd',
      ...['--config-file', folder.at('daemon.json')],
      ...['--data-root', folder.at('data'), '--exec-root', folder.at('exec')],
      ...['--pidfile', folder.at('pid'), '--host', host],
      ...['--storage-driver', 'overlay2', '--userland-proxy=false', '--log-level', 'error'],
      // Its own default is above what a machine may allow.
      ...['--default-ulimit', 'nofile=1024:1024'],
    ],
    logPath: folder.at('log'),
    ready: async () => (await runProgram([client, 'version'], { env })).status === 0,
  });
  return {
    host,
    argv: [client],
    env,
    docker: (...args) => runProgram([client, ...args], { env }),
    dockerWith: (more, ...args) => runProgram([client, ...args], { ...more, env: { ...env, ...more.env } }),
    must: (...args) => mustRun([client, ...args], { env }),
    log: server.log,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
