import { checked, libcFunction } from './libc.ts';

/** Both ends of a pipe, as descriptors that are not inherited unless given on; the caller closes them. */
export interface Pipe {
  readonly readEnd: number;
  readonly writeEnd: number;
}

/**
 * pipe2(2). Node gives a child sockets where it says `pipe`; those cannot be opened again by name, so that
 * `echo > /dev/stderr` fails in the child. What runs other people's programs needs these.
 */
export function makePipe(): Pipe {
  const closeOnExec = 0o2000000;
  const ends = new Int32Array(2);
  checked(pipeCall(ends, closeOnExec), 'pipe2');
  return { readEnd: ends[0]!, writeEnd: ends[1]! };
}

const pipeCall = libcFunction('pipe2', ['void *', 'int']);
