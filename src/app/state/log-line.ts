/** One line of a container's output, safe to paint: text and colours (SGR) only. */
export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  /** RFC 3339 with nanoseconds, UTC. */
  readonly time: string;
  readonly text: string;
}
