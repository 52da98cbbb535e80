import { errorKinds } from '../../base/error-kinds.ts';
import type { GantryError } from '../../base/gantry-error.ts';
import { stripControl } from '../../base/strip-control.ts';
import type { Message } from '../view/view-state.ts';
import type { Screen } from './screen.ts';

/** So many are kept to be read again. */
const mostSaid = 200;

/** Says something in the status line. It stays until the next key that means something, and can be read again. */
export function say(screen: Screen, tone: Message['tone'], text: string, hint?: string): void {
  const message: Message = {
    tone,
    text: oneLine(text),
    hint: hint === undefined ? undefined : oneLine(hint),
  };
  const said = { ...message, atMs: Date.now() };
  screen.view.update((state) => ({ ...state, message, said: [...state.said, said].slice(-mostSaid) }));
}

/** An error as one line: what is wrong, and what to do. */
export function sayError(screen: Screen, error: GantryError, more = 0): void {
  const { tone } = errorKinds[error.kind];
  const text = more === 0 ? error.message : `${error.message} (and ${more} more)`;
  say(screen, tone === 'error' ? 'danger' : tone === 'warning' ? 'warning' : 'info', text, error.hint);
}

export function silence(screen: Screen): void {
  if (screen.view.state.message === undefined) return;
  screen.view.update((state) => ({ ...state, message: undefined }));
}

function oneLine(text: string): string {
  return stripControl(text)
    .replace(/\s*\n\s*/g, ' · ')
    .replaceAll('\t', ' ')
    .trim();
}
