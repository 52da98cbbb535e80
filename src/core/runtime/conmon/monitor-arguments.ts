import { worldVariable } from '../../host/user-world/own-world.ts';

/** How one conmon is to be started; see conmon(8). All paths absolute. */
export interface MonitorRequest {
  readonly id: string;
  readonly name: string;
  readonly bundle: string;
  readonly runtimePath: string;
  /** Options before the runtime's command. */
  readonly runtimeOptions: readonly string[];
  readonly pidFile: string;
  readonly monitorPidFile: string;
  readonly exitDir: string;
  /** Undefined: output is kept nowhere. */
  readonly logPath: string | undefined;
  readonly tty: boolean;
  readonly openStdin: boolean;
  readonly keepStdinOpen: boolean;
  readonly exitCommand: readonly string[] | undefined;
  /** For a process in a container that runs: the file with it (`process.json`). */
  readonly execProcess?: string | undefined;
}

/** Descriptors conmon gets its pipes at. */
export const monitorPipes = { sync: 3, start: 4, attach: 5 } as const;
/** The first descriptor after them. */
export const firstHeldDescriptor = 5;

/** Arguments of conmon 2.0.x and later for one container, or for one process in it. Pure. */
export function monitorArguments(request: MonitorRequest): readonly string[] {
  const [exitProgram, ...exitArguments] = request.exitCommand ?? [];
  return [
    ...['--api-version', '1'],
    ...['-c', request.id, '-u', request.id, '-n', request.name],
    ...['-r', request.runtimePath],
    ...request.runtimeOptions.map((option) => `--runtime-arg=${option}`),
    ...['-b', request.bundle, '--full-attach'],
    ...['-p', request.pidFile, '--conmon-pidfile', request.monitorPidFile],
    ...['--exit-dir', request.exitDir],
    ...['-l', request.logPath === undefined ? 'none' : `k8s-file:${request.logPath}`],
    ...['--log-level', 'error', '--no-sync-log'],
    ...(request.tty ? ['-t'] : []),
    ...(request.openStdin ? ['-i'] : []),
    ...(request.keepStdinOpen ? ['--leave-stdin-open'] : []),
    ...(exitProgram === undefined ? [] : ['--exit-command', exitProgram]),
    ...exitArguments.flatMap((argument) => ['--exit-command-arg', argument]),
    ...(request.execProcess === undefined
      ? []
      : ['-e', '--exec-attach', '--exec-process-spec', request.execProcess]),
  ];
}

/** Environment that tells conmon where its pipes are. */
export function monitorEnvironment(withAttachPipe: boolean): Readonly<Record<string, string>> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...inherited('HOME'),
    // Where it works, the bundle: its console socket lies there, and goes with it when the monitor is killed.
    TMPDIR: '.',
    // What it runs at the end is of the same world.
    ...inherited(worldVariable),
    _OCI_SYNCPIPE: String(monitorPipes.sync),
    _OCI_STARTPIPE: String(monitorPipes.start),
    ...(withAttachPipe ? { _OCI_ATTACHPIPE: String(monitorPipes.attach) } : {}),
  };
}

function inherited(name: string): Readonly<Record<string, string>> {
  const value = process.env[name];
  return value === undefined ? {} : { [name]: value };
}
