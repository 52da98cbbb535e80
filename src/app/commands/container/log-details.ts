import type { ContainerDetails, LogEntry } from '../../../engine/containers.ts';

/**
 * What `logs --details` says before a line: the labels and variables that `--log-opt labels=`, `env=` and their
 * `-regex` forms name, as `KEY=VALUE` with commas between, encoded as in a URL. Empty where none was named.
 */
export function logDetails({ spec, labels, env }: ContainerDetails): string {
  const options = spec.logOptions ?? {};
  const variables = Object.fromEntries(
    env.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
  const found = {
    ...chosen(labels, options['labels'], options['labels-regex']),
    ...chosen(variables, options['env'], options['env-regex']),
  };
  return Object.keys(found)
    .toSorted()
    .map((key) => `${encoded(key)}=${encoded(found[key] ?? '')}`)
    .join(',');
}

/** Each line with `details` and a blank before it. */
export async function* withDetails(
  batches: AsyncIterable<readonly LogEntry[]>,
  details: string,
): AsyncGenerator<readonly LogEntry[]> {
  const prefix = Buffer.from(`${details} `);
  const begun = new Set<LogEntry['stream']>();
  const detailed = (entry: LogEntry): LogEntry => {
    const isBegun = begun.has(entry.stream);
    if (entry.data.at(-1) === newline) begun.delete(entry.stream);
    else begun.add(entry.stream);
    return isBegun ? entry : { ...entry, data: Buffer.concat([prefix, entry.data]) };
  };
  for await (const batch of batches) yield batch.map(detailed);
}

const newline = 10;

function chosen(
  from: Readonly<Record<string, string>>,
  names: string | undefined,
  pattern: string | undefined,
): Readonly<Record<string, string>> {
  const wanted = new Set(names?.split(',') ?? []);
  const matches = pattern === undefined || pattern === '' ? undefined : expression(pattern);
  return Object.fromEntries(
    Object.entries(from).filter(([name]) => wanted.has(name) || matches?.test(name) === true),
  );
}

/** One that this language cannot read names nothing. */
function expression(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+');
}
