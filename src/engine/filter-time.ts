import { GantryError } from '../base/gantry-error.ts';

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * The moment an `until` or `since` filter means, in milliseconds since 1970: seconds since 1970, an RFC 3339 date or
 * time, or a Go duration before now (`24h`, `1h30m`). Throws `invalid` / `bad-filter`.
 */
export function filterTime(text: string, nowMs: number): number {
  if (/^[0-9]{1,12}(?:\.[0-9]{1,9})?$/.test(text)) return Number(text) * 1000;
  if (/^(?:[0-9]{1,9}(?:\.[0-9]{1,9})?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) {
    let agoMs = 0;
    for (const [, amount, unit] of text.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h)/g)) {
      agoMs += Number(amount) * (unitMs[unit as string] as number);
    }
    return nowMs - agoMs;
  }
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-filter',
    message: `failed to parse value as time or duration: ${JSON.stringify(text.slice(0, 100))}`,
  });
}
