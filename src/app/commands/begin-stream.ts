/**
 * Waits for the first bytes of a stream, so that what fails before them fails here. Undefined: there are none. Whoever
 * reads to the end or leaves early ends the source too.
 */
export async function beginStream(
  source: AsyncIterable<Uint8Array>,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return undefined;
  return (async function* () {
    try {
      yield first.value;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield next.value;
    } finally {
      await iterator.return?.();
    }
  })();
}
