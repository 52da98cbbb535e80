import { closeSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import type { OutputChunk, Session } from '../../engine/session.ts';
import { childStatus } from '../host/child-status.ts';
import { makePipe } from '../host/pipe.ts';
import { PipeReader } from '../host/pipe-reader.ts';
import { randomHex } from '../host/random-hex.ts';
import { closedInput, sessionLeft } from './attach-session.ts';
import { bundleFiles, execFolderPrefix } from './bundle.ts';
import { mergedPipes } from './merged-pipes.ts';
import { type OciProgram, spawnOci } from './oci-program.ts';
import { logOptions, runtimeComplaint } from './runtime-log.ts';
import type { RuntimeProcess } from './runtime-spec.ts';
import { startError } from './start-error.ts';

export interface ExecRequest {
  readonly id: string;
  /** The bundle; a folder for this process is made in it and goes with the session. */
  readonly dir: string;
  readonly process: RuntimeProcess;
  readonly stdin: boolean;
  /** Who starts it leaves it at once. */
  readonly detach?: boolean | undefined;
  /** Of one that was left: argv that is run with its exit status as one more word once it has ended. */
  readonly tellExit?: readonly string[] | undefined;
}

/**
 * Runs a process in a running container, with pipes. It lives on when we leave or are killed; its output then goes
 * nowhere. That it could not be started is told by `exit`, which rejects `start` with 126 or 127.
 */
export async function execWithPipes(program: OciProgram, request: ExecRequest): Promise<Session> {
  // Streams, which load slowly, are only for who writes.
  const { pipeWriter } = request.stdin ? await import('./fd-stream.ts') : {};
  const folder = makeExecFolder(request);
  const input = request.stdin ? makePipe() : undefined;
  const output = makePipe();
  const errors = makePipe();
  let child: number;
  try {
    const descriptors = [input?.readEnd, output.writeEnd, errors.writeEnd];
    child = spawnOci(program, execCommand(folder, request.id), descriptors);
  } finally {
    for (const fd of [input?.readEnd, output.writeEnd, errors.writeEnd]) if (fd !== undefined) closeSync(fd);
  }
  const streams = [
    { stream: 'stdout', reader: new PipeReader(output.readEnd) },
    { stream: 'stderr', reader: new PipeReader(errors.readEnd) },
  ] as const;
  const writer = input && pipeWriter?.(input.writeEnd);
  writer?.on('error', () => undefined);
  const exit = exitOf(child, folder, request.process.args);
  return session({
    output: withoutComplaint(mergedPipes(streams), exit),
    readers: streams.map(({ reader }) => reader),
    writer,
    exit,
    closeInput: () => writer?.end(),
    hangUp: async () => (await import('./hang-up.ts')).hangUp(folder, exit),
    kill: async () => (await import('./hang-up.ts')).killRunning(request.id, request.dir, folder, exit),
  });
}

/**
 * A runtime that cannot start a process says so on that process's stderr, too, just before it ends. `exit` tells it
 * better: output that begins like that waits a moment for it.
 */
async function* withoutComplaint(
  output: Session['output'],
  exit: Promise<number>,
): AsyncGenerator<OutputChunk, void, undefined> {
  let first = true;
  for await (const chunk of output) {
    if (first && chunk.stream === 'stderr' && (await failsWithin(complaintWaitMs, exit))) return;
    first = false;
    yield chunk;
  }
}

const complaintWaitMs = 100;

function failsWithin(waitMs: number, exit: Promise<number>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), waitMs);
  exit.then(
    () => resolve(false),
    () => resolve(true),
  );
  return promise.finally(() => clearTimeout(timer));
}

/** A folder for one process, with what it is to be. */
function makeExecFolder({ dir, process }: ExecRequest): string {
  const folder = join(dir, `${execFolderPrefix}${randomHex(6)}`);
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, 'process.json'), JSON.stringify(process), { mode: 0o600 });
  return folder;
}

/** Words for the runtime. */
function execCommand(folder: string, id: string): readonly string[] {
  return [
    ...logOptions(join(folder, 'log')),
    'exec',
    '--process',
    join(folder, 'process.json'),
    ...pidFile(folder),
    id,
  ];
}

/** Who is to be told when its session hangs up. */
function pidFile(folder: string): readonly string[] {
  return ['--pid-file', join(folder, bundleFiles.pid)];
}

async function exitOf(child: number, folder: string, args: readonly string[]): Promise<number> {
  try {
    const status = await childStatus(child);
    const complaint = runtimeComplaint(join(folder, 'log'));
    if (status !== 0 && complaint !== undefined) throw startError(complaint, args, 'exec');
    return status;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function session(parts: {
  readonly output: Session['output'];
  readonly readers: readonly PipeReader[];
  readonly writer: Socket | undefined;
  readonly exit: Promise<number>;
  readonly closeInput: () => void;
  readonly hangUp: () => Promise<void>;
  readonly kill: () => Promise<void>;
}): Session {
  const left = Promise.withResolvers<never>();
  const exit = Promise.race([parts.exit, left.promise]);
  for (const promise of [exit, parts.exit, left.promise]) promise.catch(() => undefined);
  let inputOpen = parts.writer !== undefined;
  return {
    tty: false,
    output: parts.output,
    exit,
    write: async (data) => {
      const { writer } = parts;
      if (!inputOpen || writer === undefined || writer.destroyed) throw closedInput();
      await new Promise<void>((resolve, reject) => {
        writer.write(data, (error) => (error ? reject(error) : resolve()));
      });
    },
    closeInput: async () => {
      if (inputOpen) parts.closeInput();
      inputOpen = false;
    },
    resize: async () => undefined,
    hangUp: parts.hangUp,
    kill: parts.kill,
    [Symbol.asyncDispose]: async () => {
      left.reject(sessionLeft());
      for (const reader of parts.readers) reader[Symbol.dispose]();
      parts.writer?.destroy();
    },
  };
}
