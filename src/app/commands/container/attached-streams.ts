import { GantryError } from '../../../base/gantry-error.ts';
import type { OutputChunk, Session } from '../../../engine/session.ts';
import { specError } from './spec/spec-error.ts';

type Stream = 'stdin' | 'stdout' | 'stderr';
const streams: readonly Stream[] = ['stdin', 'stdout', 'stderr'];

/**
 * What `-a` says, in Docker's words where it is wrong. Undefined: nothing, so all. Throws `invalid` / `bad-attach`,
 * `unsupported` / `attach-stdin-only`.
 */
export function parseAttach(words: readonly string[], detach: boolean): ReadonlySet<Stream> | undefined {
  if (words.length === 0) return undefined;
  if (detach) {
    throw specError('conflicting-options', 'conflicting options: cannot specify both --attach and --detach');
  }
  const wanted = new Set(
    words.map((word) => {
      const stream = streams.find((name) => name === word.toLowerCase());
      if (stream !== undefined) return stream;
      throw specError(
        'bad-attach',
        `invalid argument ${JSON.stringify(word)} for "-a, --attach" flag: valid streams are STDIN, STDOUT and STDERR`,
      );
    }),
  );
  if (wanted.has('stdout') || wanted.has('stderr')) return wanted;
  throw new GantryError({
    kind: 'unsupported',
    code: 'attach-stdin-only',
    message: '-a stdin alone is not supported',
    hint: 'Add -a stdout: what the process says must be read by somebody, or it stands still.',
  });
}

/** Those somebody stays with: all that `-a` says, and standard input only where it is open. */
export function streamsOf(wanted: ReadonlySet<Stream> | undefined, stdin: boolean): readonly Stream[] {
  return streams.filter((name) => wanted?.has(name) !== false && (name !== 'stdin' || stdin));
}

/** A session with what it does not want to hear left out. */
export function onlyStreams(session: Session, wanted: ReadonlySet<Stream> | undefined): Session {
  if (wanted === undefined || (wanted.has('stdout') && wanted.has('stderr'))) return session;
  return {
    tty: session.tty,
    output: filtered(session.output, wanted),
    exit: session.exit,
    write: (data) => session.write(data),
    closeInput: () => session.closeInput(),
    resize: (size) => session.resize(size),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** Read all the same, so that the process goes on. */
async function* filtered(
  output: AsyncIterable<OutputChunk>,
  wanted: ReadonlySet<Stream>,
): AsyncGenerator<OutputChunk> {
  for await (const chunk of output) if (wanted.has(chunk.stream)) yield chunk;
}
