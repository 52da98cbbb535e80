import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Session } from '../../engine/session.ts';
import { PacketSocket } from '../host/packet-socket.ts';
import { randomHex } from '../host/random-hex.ts';
import { startProcess } from '../host/start-process.ts';
import { closedInput, sessionLeft } from './attach-session.ts';
import { bundleFiles, execFolderPrefix } from './bundle.ts';
import { parseAttachPacket } from './conmon/attach-packets.ts';
import { resizeTerminal } from './conmon/control-pipe.ts';
import { monitorArguments, monitorEnvironment } from './conmon/monitor-arguments.ts';
import { type SyncMessage, syncMessages } from './conmon/sync-messages.ts';
import type { ExecRequest } from './exec-session.ts';
import { inRuntimeView, type OciProgram } from './oci-program.ts';
import { logOptions, runtimeComplaint } from './runtime-log.ts';
import { startError } from './start-error.ts';

/**
 * Runs a process in a running container with a monitor of its own between: for terminals with runc, which hands them
 * over only for processes it then loses sight of, and for what nobody joins, whose exit status is to be told all the same.
 * It lives on when we leave or are killed. Rejects `start`.
 */
export async function execWithMonitor(program: OciProgram, request: ExecRequest): Promise<Session> {
  const folder = join(request.dir, `${execFolderPrefix}${randomHex(6)}`);
  mkdirSync(folder, { mode: 0o700 });
  const processFile = join(folder, 'process.json');
  writeFileSync(processFile, JSON.stringify(request.process), { mode: 0o600 });
  const monitor = startMonitor(program, request, folder, processFile);
  const [, , , sync, start, attach] = monitor.stdio as readonly unknown[] as readonly (Duplex | undefined)[];
  const messages = syncMessages(sync!)[Symbol.asyncIterator]();
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    start?.on('error', () => undefined);
    start?.write('\n');
    // It says so when its socket is there, and waits for a second word before it starts the process.
    for await (const _ready of syncMessages(attach!)) break;
    const socket = PacketSocket.connect(join(folder, 'attach'));
    start?.end('\n');
    const started = await next(messages);
    if (started === undefined || started.data < 0) {
      socket[Symbol.dispose]();
      // crun tells a terminal what is wrong, and the monitor nothing of it.
      const complaint = runtimeComplaint(runtimeLog(folder)) ?? started?.message ?? '';
      throw startError(complaint, request.process.args, 'exec');
    }
    if (request.detach === true) return left(socket, sync);
    const exit = exitOf(messages, remove);
    return session(request, folder, socket, exit);
  } catch (error) {
    sync?.destroy();
    remove();
    throw error;
  } finally {
    attach?.destroy();
    monitor.unref();
  }
}

function startMonitor(program: OciProgram, request: ExecRequest, folder: string, processFile: string) {
  const argv = monitorArguments({
    id: request.id,
    name: request.id,
    bundle: folder,
    runtimePath: program.path,
    runtimeOptions: [...program.options, ...logOptions(runtimeLog(folder))],
    pidFile: join(folder, bundleFiles.pid),
    monitorPidFile: join(folder, bundleFiles.monitorPid),
    exitDir: folder,
    logPath: undefined,
    tty: request.process.terminal,
    openStdin: request.stdin,
    keepStdinOpen: request.stdin && request.process.terminal,
    exitCommand: request.detach ? farewell(folder, request) : undefined,
    execProcess: processFile,
  });
  return inRuntimeView(program, () =>
    startProcess({
      argv: [program.monitorPath, ...argv],
      env: monitorEnvironment(true),
      cwd: folder,
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
    }),
  );
}

/**
 * When we have left: the exit status is told to whoever wants it. A process that could not start has none, and is told of
 * by what lies there, which we read first.
 */
function farewell(folder: string, { id, tellExit = [] }: ExecRequest): readonly string[] {
  const script = `folder=$1 status=$(cat "$1/$2")
shift 2
if [ $# -gt 0 ] && [ -n "$status" ] && [ -s "$folder/${bundleFiles.pid}" ]; then "$@" "$status"; fi
sleep 2
exec rm -rf -- "$folder"`;
  return ['/bin/sh', '-c', script, 'sh', folder, id, ...tellExit];
}

function runtimeLog(folder: string): string {
  return join(folder, 'runtime.log');
}

async function next(messages: AsyncIterator<SyncMessage>): Promise<SyncMessage | undefined> {
  const step = await messages.next();
  return step.done === true ? undefined : step.value;
}

/** The second message of the sync pipe is the exit status; a monitor that was killed says none. */
async function exitOf(messages: AsyncIterator<SyncMessage>, remove: () => void): Promise<number> {
  const message = await next(messages);
  if (message === undefined) {
    remove();
    throw startError('the monitor of the process was killed', [], 'exec');
  }
  // It still writes into the folder; the end of the pipe is its own end.
  next(messages).then(remove, remove);
  return message.data;
}

/** Nobody joins it: the session is over, and the process goes on. */
function left(socket: PacketSocket, sync: Duplex | undefined): Session {
  socket[Symbol.dispose]();
  sync?.destroy();
  return {
    tty: false,
    output: (async function* () {})(),
    exit: Promise.resolve(0),
    write: async () => {
      throw closedInput();
    },
    closeInput: async () => undefined,
    resize: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function session(
  request: ExecRequest,
  folder: string,
  socket: PacketSocket,
  processExit: Promise<number>,
): Session {
  const left = Promise.withResolvers<never>();
  const exit = Promise.race([processExit, left.promise]);
  for (const promise of [exit, processExit, left.promise]) promise.catch(() => undefined);
  const { terminal } = request.process;
  let inputOpen = request.stdin;
  return {
    tty: terminal,
    output: (async function* () {
      for await (const packet of socket.packets()) {
        const chunk = parseAttachPacket(packet);
        if (chunk !== undefined) yield chunk;
      }
    })(),
    exit,
    write: async (data) => {
      if (!inputOpen) throw closedInput();
      await socket.send(data);
    },
    closeInput: async () => {
      if (inputOpen && !terminal) socket.endWriting();
      inputOpen = false;
    },
    resize: async (size) => resizeTerminal(folder, size),
    hangUp: async () => (await import('./hang-up.ts')).hangUp(folder, processExit),
    kill: async () =>
      (await import('./hang-up.ts')).killRunning(request.id, request.dir, folder, processExit),
    [Symbol.asyncDispose]: async () => {
      left.reject(sessionLeft());
      socket[Symbol.dispose]();
    },
  };
}
