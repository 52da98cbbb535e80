/** How many connections a blob is worth, looked at again and again while it comes. */
export interface FetchPace {
  /** Bytes that came, over all connections. */
  count(bytes: number): void;
  /** How many connections there should be now, of those there are; never fewer. */
  wanted(connections: number, leftBytes: number): number;
  /** What one of them should ask for at once: some seconds of what it brings. */
  pieceBytes(connections: number): number;
}

/** So long a number of connections is watched before it is judged. */
const windowMs = 1000;
/** One connection that is as fast as this is held back by no delay; a disk or the other side is the limit. */
const fastBytesPerSecond = 64 * 1024 ** 2;
/** Less is over before more connections have come up to speed. */
const worthSeconds = 2;
/** More connections must bring at least so much more, or no further ones are tried. */
const leastGain = 1.2;
const mostConnections = 8;
const pieceSeconds = 3;
const [leastPiece, mostPiece] = [1024 ** 2, 32 * 1024 ** 2];

/**
 * A connection over a link with delay and loss is held back by both, not by the link: several in parallel bring
 * several times as much. So as long as doubling them pays, they are doubled.
 */
export function fetchPace(now: () => number = () => performance.now()): FetchPace {
  let windowBytes = 0;
  let windowStart = now();
  let rate = 0;
  let rateBefore = 0;
  let isSettled = false;
  return {
    count(bytes) {
      windowBytes += bytes;
    },
    wanted(connections, leftBytes) {
      const elapsedMs = now() - windowStart;
      if (isSettled || elapsedMs < windowMs) return connections;
      rate = (windowBytes / elapsedMs) * 1000;
      windowBytes = 0;
      windowStart = now();
      isSettled = rate > fastBytesPerSecond || (rateBefore > 0 && rate < rateBefore * leastGain);
      if (isSettled || leftBytes < rate * worthSeconds) return connections;
      rateBefore = rate;
      return Math.min(connections * 2, mostConnections);
    },
    pieceBytes(connections) {
      const bytes = (rate / connections) * pieceSeconds;
      return Math.trunc(Math.min(Math.max(bytes, leastPiece), mostPiece));
    },
  };
}
