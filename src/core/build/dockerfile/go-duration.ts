const unitNanoseconds: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/**
 * Go's `time.ParseDuration` in nanoseconds: `1h30m`, `1.5s`, `-2ms`, `0`. Undefined when it is none, or beyond what
 * counts exactly (104 days).
 */
export function parseGoDuration(text: string): number | undefined {
  const match = /^([+-]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+|0)$/.exec(text);
  if (match === null) return undefined;
  let total = 0;
  for (const [, amount = '', unit = ''] of (match[2] as string).matchAll(/([\d.]+)([a-zµμ]+)/g)) {
    total += Number(amount) * (unitNanoseconds[unit] ?? 0);
  }
  total = Math.round(match[1] === '-' ? -total : total);
  return Number.isSafeInteger(total) ? total + 0 : undefined;
}
