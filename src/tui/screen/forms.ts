import type { Command } from '../../app/commands/define-command.ts';
import { GantryError } from '../../base/gantry-error.ts';
import { completePath } from '../forms/complete-path.ts';
import {
  type FormState,
  formAfterKey,
  formFailed,
  formMissing,
  formOffered,
  formTyped,
  formValues,
} from '../forms/form-state.ts';
import type { KeyEvent } from '../input/input-event.ts';
import type { OverlayOf } from '../overlays/overlay.ts';
import { changeOverlay, openOverlay, topOverlay } from './overlays.ts';
import { parseCall, runWords } from './run-line.ts';
import { sayError } from './say.ts';
import type { Screen } from './screen.ts';
import { typeInto } from './type-into.ts';

let forms = 0;

/** Asks for what a command still needs. */
export function openForm(
  screen: Screen,
  form: FormState,
  { id }: Command,
  subject: string | undefined,
): void {
  forms += 1;
  openOverlay(screen, { kind: 'form', id: forms, form });
  if (id === 'container.run' && subject !== undefined) void offerPorts(screen, forms, subject);
}

/** The text of the form's current field is another one. */
export function formFieldTyped(screen: Screen, value: string): void {
  const overlay = topOverlay(screen);
  if (overlay?.kind === 'form') changeOverlay(screen, { ...overlay, form: formTyped(overlay.form, value) });
}

export function formKey(screen: Screen, overlay: OverlayOf<'form'>, event: KeyEvent): void {
  const { form } = overlay;
  if (form.busy) return;
  const field = form.fields[form.index];
  const next = (event.name === 'tab' ? completed(screen, form) : undefined) ?? formAfterKey(form, event.name);
  if (next !== undefined) changeOverlay(screen, { ...overlay, form: next });
  else if (event.name === 'enter') sendForm(screen, overlay);
  else if (field?.kind === 'text') typeInto(screen, event);
}

/** The form after a tab in a path; undefined where it has nothing to add, or what it has is shown already. */
function completed(screen: Screen, form: FormState): FormState | undefined {
  const field = form.fields[form.index];
  if (field?.path === undefined) return undefined;
  const home = screen.device.env['HOME'];
  const found = completePath(field.value, { cwd: screen.cwd, home, want: field.path });
  if (found === undefined) return undefined;
  if ('text' in found) return formTyped(form, found.text);
  const hint = found.choices.join(' ');
  return form.hint === hint ? undefined : { ...form, problem: undefined, hint };
}

/** Carries out what the form says. It stays until that has gone well; a mistake is said in it. */
function sendForm(screen: Screen, overlay: OverlayOf<'form'>): void {
  const { id, form } = overlay;
  const missing = formMissing(form);
  if (missing !== undefined) {
    changeOverlay(screen, { ...overlay, form: missing });
    return;
  }
  let lines: readonly (readonly string[])[];
  try {
    lines = form.lines(formValues(form));
    for (const words of lines) parseCall(screen, words);
  } catch (error) {
    changeOverlay(screen, { ...overlay, form: formFailed(form, GantryError.from(error)) });
    return;
  }
  changeOverlay(screen, { ...overlay, form: { ...form, busy: true, problem: undefined, hint: undefined } });
  runAll(screen, lines).then(
    () => changeForm(screen, id, () => undefined),
    (error: unknown) => failForm(screen, id, form, GantryError.from(error)),
  );
}

async function runAll(screen: Screen, lines: readonly (readonly string[])[]): Promise<void> {
  for (const words of lines) await runWords(screen, words, 'form');
}

/** The form says what went wrong, with all that was typed: where it stands, or below the progress that was watched. */
function failForm(screen: Screen, id: number, form: FormState, error: GantryError): void {
  const failed = formFailed(form, error);
  if (changeForm(screen, id, () => failed)) return;
  const top = topOverlay(screen);
  const watched = top?.kind === 'job' && screen.jobs.state.jobs.find((job) => job.id === top.jobId);
  if (watched && watched.error === error) {
    screen.view.update((state) => ({
      ...state,
      overlays: [...state.overlays.slice(0, -1), { kind: 'form', id, form: failed }, top],
    }));
  } else sayError(screen, error);
}

/** Another state for a form, or none at all; false when it is not open any more. */
export function changeForm(
  screen: Screen,
  id: number,
  change: (form: FormState) => FormState | undefined,
): boolean {
  const { overlays } = screen.view.state;
  const changed = overlays.flatMap((overlay) => {
    if (overlay.kind !== 'form' || overlay.id !== id) return [overlay];
    const form = change(overlay.form);
    return form === undefined ? [] : [{ ...overlay, form }];
  });
  const known = overlays.some((overlay) => overlay.kind === 'form' && overlay.id === id);
  if (known) screen.view.update((state) => ({ ...state, overlays: changed }));
  return known;
}

/** The ports an image says it listens on are what most will publish. */
async function offerPorts(screen: Screen, id: number, image: string): Promise<void> {
  try {
    const { config } = await screen.engine.images.inspect(image);
    const ports = Object.keys(config.config?.ExposedPorts ?? {}).filter((port) =>
      /^\d+\/(tcp|udp)$/.test(port),
    );
    const offer = ports.map((port) => `${Number.parseInt(port, 10)}:${port.replace(/\/tcp$/, '')}`).join(' ');
    if (offer !== '') changeForm(screen, id, (form) => formOffered(form, 'ports', offer));
  } catch {
    // It was only an offer.
  }
}
