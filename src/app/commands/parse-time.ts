import { GantryError } from '../../base/gantry-error.ts';
import { parseDuration } from './parse/parse-duration.ts';

/**
 * `--since` and `--until` as RFC 3339: a time (`2026-03-01T10:00:00`, of this zone where it names none), seconds since
 * the epoch, or an age (`10m`). Throws `invalid` / `bad-time`.
 */
export function parseTime(text: string, nowMs: number): string {
  if (/^\d+(?:\.\d{1,9})?$/.test(text)) return iso(Number(text) * 1000, text);
  const ageNs = parseDuration(text);
  if (ageNs !== undefined) return iso(nowMs - ageNs / 1e6, text);
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2})(?:\.\d+)?)?)?)?(Z|[+-]\d{2}:\d{2})?$/.exec(text);
  if (match === null) throw bad(text);
  const [, day, hour = '00', minute = '00', second = '00', zone] = match;
  const fraction = /\.\d+/.exec(text)?.[0];
  if (zone === 'Z' && fraction !== undefined) return text;
  return iso(Date.parse(`${day}T${hour}:${minute}:${second}${fraction ?? ''}${zone ?? ''}`), text);
}

function iso(timeMs: number, text: string): string {
  if (!Number.isFinite(timeMs) || Math.abs(timeMs) > 8.64e15) throw bad(text);
  return new Date(timeMs).toISOString();
}

function bad(text: string): Error {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-time',
    message: `invalid value for time: "${text}": want a time such as 2026-03-01T10:00:00Z, seconds since the epoch or an age such as 10m`,
  });
}
