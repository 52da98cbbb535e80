const heldLimit = 64 << 10;

/**
 * Keeps what is written to this process's stderr (warnings of Node, of a library) until it is disposed: on the screen
 * it would tear the picture. Then it is printed.
 */
export function holdStderr(): Disposable {
  const { stderr } = process;
  const write = stderr.write;
  let held = '';
  stderr.write = ((chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    if (held.length < heldLimit) held += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
    const done = rest.find((argument) => typeof argument === 'function');
    if (done !== undefined) queueMicrotask(done as () => void);
    return true;
  }) as typeof stderr.write;
  return {
    [Symbol.dispose]() {
      stderr.write = write;
      if (held !== '') stderr.write(held);
    },
  };
}
