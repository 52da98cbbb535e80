import { lookupKey } from '../../app/keymap/keymap.ts';
import type { InputEvent, KeyEvent, MouseEvent } from '../input/input-event.ts';
import { containsCell, insetRect } from '../paint/rect.ts';
import type { TerminalPaneId } from '../view/view-state.ts';
import { focusNext, focusPane } from './focus.ts';
import { invoke } from './invoke.ts';
import { mouseInput } from './mouse-input.ts';
import { overlayInput } from './overlay-input.ts';
import { topOverlay } from './overlays.ts';
import { promptInput } from './prompt-input.ts';
import { silence } from './say.ts';
import { focusedPane, type Screen } from './screen.ts';

/** Where every event of the terminal goes: overlay, field, program in a pane, pane, everywhere — the first that has it. */
export function handleInput(screen: Screen, event: InputEvent): void {
  if (event.kind === 'reply') return;
  const { prompt, focus } = screen.view.state;
  const overlay = topOverlay(screen);
  if (screen.chrome.state.layout === undefined) {
    if (event.kind === 'key' && (event.name === 'q' || event.name === 'ctrl-c')) screen.quit(0);
  } else if (event.kind === 'mouse' && !isForProgram(screen, event)) {
    mouseInput(screen, event);
  } else if (overlay !== undefined) {
    overlayInput(screen, overlay, event);
  } else if (prompt !== undefined) {
    promptInput(screen, prompt, event);
  } else if (isTerminal(focus)) {
    terminalInput(screen, focus, event);
  } else if (event.kind === 'key') {
    paneKey(screen, event);
  }
}

/** A program that has the keys and wants the mouse gets what happens in its pane. */
function isForProgram(screen: Screen, { column, row }: MouseEvent): boolean {
  const { focus, overlays, prompt } = screen.view.state;
  if (!isTerminal(focus) || overlays.length > 0 || prompt !== undefined) return false;
  const rect = screen.chrome.state.layout?.panes.get(focus);
  return (
    screen.shells.wantsMouse(focus) && rect !== undefined && containsCell(insetRect(rect, 1), column, row)
  );
}

/** Whether a text field has the keys. */
export function isTyping(screen: Screen): boolean {
  const overlay = topOverlay(screen);
  if (overlay === undefined) return screen.view.state.prompt !== undefined;
  return (
    overlay.kind === 'palette' ||
    (overlay.kind === 'form' && overlay.form.fields[overlay.form.index]?.kind === 'text')
  );
}

function paneKey(screen: Screen, event: KeyEvent): void {
  const binding = lookupKey(screen.keymap, focusedPane(screen)?.place, event.name);
  silence(screen);
  if (binding !== undefined) invoke(screen, binding.command);
}

/** Keys belong to the program; a few leave the pane without ending it. */
function terminalInput(screen: Screen, id: TerminalPaneId, event: InputEvent): void {
  const rect = screen.chrome.state.layout?.panes.get(id);
  if (rect === undefined) return;
  if (event.kind === 'key' && leaveKey(screen, id, event)) return;
  screen.shells.input(id, event, insetRect(rect, 1));
}

function leaveKey(screen: Screen, id: TerminalPaneId, { name }: KeyEvent): boolean {
  const pane = screen.shells.pane(id);
  switch (name) {
    case 'f6':
      focusNext(screen, 1);
      return true;
    case 'shift-pageup':
      pane?.move({ by: -pane.pageRows() });
      return true;
    case 'shift-pagedown':
      pane?.move({ by: pane.pageRows() });
      return true;
    default: {
      const number = /^alt-([1-7])$/.exec(name)?.[1];
      if (number === undefined) return false;
      const shell = screen.view.state.terminals.at(-1) ?? id;
      const targets = ['images', 'containers', 'layers', 'logs', shell, 'volumes', 'networks'] as const;
      focusPane(screen, targets[Number(number) - 1] ?? shell);
      return true;
    }
  }
}

export function isTerminal(id: string): id is TerminalPaneId {
  return id.startsWith('terminal-');
}
