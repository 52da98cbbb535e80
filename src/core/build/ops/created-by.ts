import type { HealthcheckConfig } from '../../../oci/image-config.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import { goQuote, goQuoteList } from '../go-quote.ts';

/** What the history says of a RUN: `RUN |1 A=b /bin/sh -c make # buildkit`. */
export function runCreatedBy(argv: readonly string[], args: readonly (readonly [string, string])[]): string {
  const declared =
    args.length === 0 ? [] : [`|${args.length}`, ...args.map(([key, value]) => `${key}=${value}`)];
  return `RUN ${[...declared, ...argv].join(' ')} # buildkit`;
}

/** What the history says of COPY and ADD, everything expanded. */
export function copyCreatedBy(
  instruction: Pick<CopyInstruction, 'kind' | 'parents' | 'chown' | 'chmod' | 'inline'>,
  sources: readonly string[],
  destination: string,
): string {
  const { kind, parents, chown, chmod, inline } = instruction;
  const words = [
    kind.toUpperCase(),
    ...(parents ? ['--parents'] : []),
    ...(chown === undefined ? [] : [`--chown=${chown}`]),
    ...(chmod === undefined ? [] : [`--chmod=${chmod}`]),
    ...sources,
    ...inline.map(({ name }) => `<<${name}`),
    destination,
  ];
  return `${words.join(' ')} # buildkit`;
}

/** Go's `%q` of the health check's struct. */
export function healthcheckCreatedBy(check: HealthcheckConfig): string {
  const times = [check.Interval, check.Timeout, check.StartPeriod, check.StartInterval];
  const retries = (check.Retries ?? 0).toString(16).padStart(2, '0');
  const fields = [goQuoteList(check.Test ?? []), ...times.map((time) => goQuote(goDuration(time ?? 0)))];
  return `HEALTHCHECK &{${fields.join(' ')} '\\x${retries}'}`;
}

/** Go's `time.Duration.String()`. */
function goDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return '0s';
  if (nanoseconds < 1e9) {
    const [size, unit] = nanoseconds < 1e3 ? [1, 'ns'] : nanoseconds < 1e6 ? [1e3, 'µs'] : [1e6, 'ms'];
    return `${nanoseconds / size}${unit}`;
  }
  const hours = Math.floor(nanoseconds / 3600e9);
  const minutes = Math.floor((nanoseconds % 3600e9) / 60e9);
  const seconds = (nanoseconds % 60e9) / 1e9;
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}
