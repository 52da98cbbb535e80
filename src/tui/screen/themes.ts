import { say } from './say.ts';
import type { Screen } from './screen.ts';

/** Uses the next theme, and keeps it. */
export function nextTheme(screen: Screen): void {
  const { themes } = screen;
  const at = themes.findIndex(({ name }) => name === screen.view.state.theme);
  const next = themes[(at + 1) % themes.length];
  if (next === undefined) return;
  screen.view.update((state) => ({ ...state, theme: next.name }));
  screen.files.change((before) => ({ ...before, theme: next.name }));
  say(screen, 'info', `theme ${next.title}`);
}
