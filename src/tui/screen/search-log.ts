import { plainText } from '../paint/styled-text.ts';
import { findMatches } from '../view/find-matches.ts';
import { say } from './say.ts';
import type { Screen } from './screen.ts';

/** A new search in the log that is shown: goes to the newest line that has it, at or above the bottom. */
export function searchFrom(screen: Screen, search: string): void {
  const ring = screen.logs.shown?.ring;
  const { logs } = screen.view.state;
  const start = logs.bottom ?? (ring?.end ?? 0) - 1;
  const hit = ring === undefined || search === '' ? undefined : find(screen, search, start, -1);
  screen.view.update((state) => ({
    ...state,
    logs: { ...state.logs, search, hit, bottom: inSight(screen, hit) },
  }));
}

/** The next hit below (1) or above (-1) the one it stands on, around the ends. */
export function searchOn(screen: Screen, by: 1 | -1): void {
  const ring = screen.logs.shown?.ring;
  const { search, hit, bottom } = screen.view.state.logs;
  if (ring === undefined || search === '') {
    say(screen, 'info', 'nothing is searched for', '/ begins a search');
    return;
  }
  const from = (hit ?? bottom ?? ring.end - 1) + by;
  const found =
    find(screen, search, from, by) ?? find(screen, search, by === 1 ? ring.first : ring.end - 1, by);
  if (found === undefined) {
    say(screen, 'info', `no line has “${search}”`);
    return;
  }
  screen.view.update((state) => ({
    ...state,
    logs: { ...state.logs, hit: found, bottom: inSight(screen, found) },
  }));
}

/** The bottom line that has the hit in sight: the one there is if it will do, else one a little below the hit. */
function inSight(screen: Screen, hit: number | undefined): number | undefined {
  const { bottom } = screen.view.state.logs;
  const ring = screen.logs.shown?.ring;
  if (hit === undefined || ring === undefined) return bottom;
  const height = screen.pane('logs')?.pageRows() ?? 1;
  const last = ring.end - 1;
  const now = bottom ?? last;
  if (hit <= now && hit > now - height) return bottom;
  const next = Math.min(last, hit + Math.floor(height / 3));
  return next === last ? undefined : Math.max(next, Math.min(last, ring.first + height - 1));
}

function find(screen: Screen, search: string, from: number, by: 1 | -1): number | undefined {
  const ring = screen.logs.shown?.ring;
  if (ring === undefined) return undefined;
  for (let number = from; number >= ring.first && number < ring.end; number += by) {
    const line = ring.at(number);
    if (line !== undefined && findMatches(plainText(line.text), search).length > 0) return number;
  }
  return undefined;
}
