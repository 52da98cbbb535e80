import type { KeyEvent, MouseEvent } from '../input/input-event.ts';
import { containsCell, insetRect } from '../paint/rect.ts';
import { focusPane } from './focus.ts';
import { overlayInput } from './overlay-input.ts';
import { topOverlay } from './overlays.ts';
import { silence } from './say.ts';
import type { Screen } from './screen.ts';

/** Lines a notch of the wheel goes, as terminals do it. */
const notch = 3;

/** A click gives a pane the keys and selects the row below it; the wheel moves what lies below it. */
export function mouseInput(screen: Screen, event: MouseEvent): void {
  if (!screen.view.state.mouse) return;
  const { column, row } = event;
  const by = event.action === 'wheel-up' ? -notch : event.action === 'wheel-down' ? notch : 0;
  const overlay = topOverlay(screen);
  if (overlay !== undefined) {
    if (overlay.kind === 'form') return;
    const key: KeyEvent = { kind: 'key', name: by < 0 ? 'up' : 'down', text: '' };
    for (let line = 0; line < Math.abs(by); line += 1) {
      const now = topOverlay(screen);
      if (now?.kind === overlay.kind) overlayInput(screen, now, key);
    }
    return;
  }
  const [id, rect] =
    [...(screen.chrome.state.layout?.panes ?? [])].find((each) => containsCell(each[1], column, row)) ?? [];
  const pane = id === undefined ? undefined : screen.pane(id);
  if (id === undefined || rect === undefined || pane === undefined || screen.view.state.prompt !== undefined)
    return;
  if (by !== 0) pane.move({ by });
  if (event.action !== 'press' || event.button !== 0 || id === 'charts') return;
  silence(screen);
  focusPane(screen, id);
  const inside = insetRect(rect, 1);
  if (containsCell(inside, column, row)) pane.click?.(row - inside.row);
}
