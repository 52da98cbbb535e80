import type { InputEvent } from '../input/input-event.ts';
import { holdsSecret } from '../prompt/holds-secret.ts';
import { openPrompt, promptProposed, promptRecalled, promptTyped } from '../prompt/prompt-state.ts';
import { proposals } from '../prompt/proposals.ts';
import { isListPane } from '../view/is-list-pane.ts';
import type { ListPaneId, Prompt, ViewState } from '../view/view-state.ts';
import { withoutLastWord } from '../view/without-last-word.ts';
import { runLine } from './run-line.ts';
import type { Screen } from './screen.ts';
import { searchFrom } from './search-log.ts';
import { typeInto } from './type-into.ts';

/** Opens the field at the bottom. Esc puts back `before`. */
export function showPrompt(screen: Screen, kind: Prompt['kind'], text = '', before = text): void {
  screen.view.update((state) => ({ ...state, prompt: openPrompt(kind, text, before), message: undefined }));
}

/** A key or a paste while the field is open. */
export function promptInput(screen: Screen, prompt: Prompt, event: InputEvent): void {
  if (event.kind !== 'key') {
    typeInto(screen, event);
    return;
  }
  const items =
    prompt.kind === 'command' ? proposals(prompt.text, screen.commands, screen.engineStore.state) : [];
  switch (event.name) {
    case 'esc':
    case 'ctrl-c':
      changePrompt(screen, undefined);
      applyText(screen, prompt, prompt.before);
      return;
    case 'enter':
      changePrompt(screen, undefined);
      submit(screen, prompt, items[prompt.proposal ?? -1]?.line ?? prompt.text);
      return;
    case 'up':
      changePrompt(screen, promptRecalled(prompt, historyOf(screen, prompt), -1));
      return;
    case 'down':
      changePrompt(screen, promptRecalled(prompt, historyOf(screen, prompt), 1));
      return;
    case 'tab':
      complete(screen, prompt, items.length, items[prompt.proposal ?? 0]?.line);
      return;
    case 'shift-tab':
      changePrompt(screen, promptProposed(prompt, items.length, -1));
      return;
    case 'ctrl-n':
      changePrompt(screen, promptProposed(prompt, items.length, 1));
      return;
    case 'ctrl-u':
      promptChanged(screen, '');
      return;
    case 'ctrl-w':
      promptChanged(screen, withoutLastWord(prompt.text));
      return;
    default:
      typeInto(screen, event);
  }
}

/** The field has another text; filters and searches follow it at once. */
export function promptChanged(screen: Screen, text: string): void {
  const { prompt } = screen.view.state;
  if (prompt === undefined) return;
  changePrompt(screen, promptTyped(prompt, text));
  applyText(screen, prompt, text);
}

function submit(screen: Screen, prompt: Prompt, text: string): void {
  if (prompt.kind !== 'command') {
    applyText(screen, prompt, text);
    const { focus } = screen.view.state;
    if (prompt.kind === 'filter' && isListPane(focus)) {
      screen.files.change((before) => ({ ...before, filters: { ...before.filters, [focus]: text } }));
    }
    return;
  }
  if (text.trim() === '') return;
  if (!holdsSecret(text, screen.commands)) screen.files.remember(text.trim());
  void runLine(screen, text);
}

/** With one proposal tab takes it; with several it marks the next one, which enter or a second tab takes. */
function complete(screen: Screen, prompt: Prompt, count: number, line: string | undefined): void {
  if (line === undefined) return;
  if (count === 1 || prompt.proposal !== undefined) changePrompt(screen, promptTyped(prompt, line));
  else changePrompt(screen, promptProposed(prompt, count, 1));
}

function applyText(screen: Screen, prompt: Prompt, text: string): void {
  const { focus } = screen.view.state;
  if (prompt.kind === 'filter' && isListPane(focus)) {
    screen.view.update((state) => withFilter(state, focus, text));
  } else if (prompt.kind === 'search') {
    searchFrom(screen, text);
  }
}

function withFilter(state: ViewState, id: ListPaneId, filter: string): ViewState {
  return { ...state, lists: { ...state.lists, [id]: { ...state.lists[id], filter } } };
}

function historyOf(screen: Screen, prompt: Prompt): readonly string[] {
  return prompt.kind === 'command' ? screen.files.history : [];
}

function changePrompt(screen: Screen, prompt: Prompt | undefined): void {
  screen.view.update((state) => ({ ...state, prompt }));
}
