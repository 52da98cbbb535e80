import { constants } from 'node:os';
import { GantryError } from '../../base/gantry-error.ts';

const realtimeMinimum = 34;
const realtimeMaximum = 64;

/** `SIGTERM`, `term`, `15`, `RTMIN+3` → its number. Throws `invalid` / `bad-signal` in Docker's words. */
export function parseSignal(text: string): number {
  if (/^\d{1,3}$/.test(text)) {
    const number = Number(text);
    if (number >= 1 && number <= realtimeMaximum) return number;
    throw badSignal(text);
  }
  const name = text.toUpperCase().replace(/^SIG/, '');
  const known = (constants.signals as Readonly<Record<string, number>>)[`SIG${name}`];
  if (known !== undefined) return known;
  const realtime = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name);
  if (realtime !== null) {
    const base = realtime[1] === 'MIN' ? realtimeMinimum : realtimeMaximum;
    const number = base + (realtime[2] === '-' ? -1 : 1) * Number(realtime[3] ?? 0);
    if (number >= realtimeMinimum && number <= realtimeMaximum) return number;
  }
  throw badSignal(text);
}

function badSignal(text: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-signal', message: `invalid signal: ${text}` });
}
