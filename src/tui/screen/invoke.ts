import type { AnyInput, Command } from '../../app/commands/define-command.ts';
import { subjectName } from '../../app/commands/subject.ts';
import { type Selected, whyNot } from '../../app/keymap/availability.ts';
import { GantryError } from '../../base/gantry-error.ts';
import { isViewCommand } from '../commands/view-command.ts';
import { formFor } from '../forms/form-spec.ts';
import { openForm } from './forms.ts';
import { runWords } from './run-line.ts';
import { say, sayError } from './say.ts';
import { focusedPane, type Screen } from './screen.ts';

/** A command from a key or the palette, upon what is selected. What it still needs is asked for in a form. */
export function invoke(screen: Screen, command: Command, selected = selectedFor(screen, command)): void {
  const marked = markedFor(screen, command);
  if (marked.length > 0) {
    invokeUpon(screen, command, marked);
    return;
  }
  const reason = whyNot(command, screen.engine.capabilities, selected);
  if (reason !== undefined) {
    say(screen, 'warning', `${command.verbs[0]}: ${reason}`);
    return;
  }
  if (isViewCommand(command)) {
    void command.run(screen.runner.context(new AbortController().signal), noInput);
    return;
  }
  const subject =
    command.on === undefined || selected === undefined
      ? undefined
      : subjectName(selected.kind, selected.subject);
  const form = formFor(command, {
    subject,
    cwd: screen.cwd,
    home: screen.device.env['HOME'],
    networks: (screen.engineStore.state.networks ?? []).map(({ name }) => name),
  });
  if (form !== undefined) {
    openForm(screen, form, command, subject);
    return;
  }
  const words = [...command.verbs[0].split(' '), ...(subject === undefined ? [] : [subject])];
  runWords(screen, words, 'key').catch((error: unknown) => sayError(screen, GantryError.from(error)));
}

/** What is marked where the keys are, if the command takes several of these. */
function markedFor(screen: Screen, { args, on }: Command): readonly Selected[] {
  if (Object.values(args)[0]?.kind !== 'many') return [];
  const marked = focusedPane(screen)?.marked?.() ?? [];
  return marked.filter(({ kind }) => kind === on?.kind);
}

/** One call upon all that are marked; those it does not apply to are left out. */
function invokeUpon(screen: Screen, command: Command, marked: readonly Selected[]): void {
  const reasons = marked.map((selected) => whyNot(command, screen.engine.capabilities, selected));
  const names = marked
    .filter((_, index) => reasons[index] === undefined)
    .map(({ kind, subject }) => subjectName(kind, subject));
  if (names.length === 0) {
    say(screen, 'warning', `${command.verbs[0]}: ${reasons[0]}`);
    return;
  }
  const words = [...command.verbs[0].split(' '), ...names];
  runWords(screen, words, 'key').catch((error: unknown) => sayError(screen, GantryError.from(error)));
}

const noInput: AnyInput = { args: {}, options: {}, literal: false };

/** What a command acts upon: the selection of the focused pane, else that of the list of its kind. */
export function selectedFor(screen: Screen, command: Command): Selected | undefined {
  const here = focusedPane(screen)?.selected();
  const kind = command.on?.kind;
  if (kind === undefined || here?.kind === kind) return here;
  return screen.pane(`${kind}s`)?.selected();
}
