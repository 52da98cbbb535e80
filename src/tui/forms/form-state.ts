import type { GantryError } from '../../base/gantry-error.ts';
import { withoutLastWord } from '../view/without-last-word.ts';

/** One line of a form. */
export interface FormField {
  readonly key: string;
  readonly label: string;
  readonly kind: 'text' | 'toggle' | 'choice';
  /** What was typed; `yes` or nothing for a toggle; one of `choices`. */
  readonly value: string;
  readonly placeholder: string;
  readonly required: boolean;
  /** What the right arrow puts into an empty field: the likely value, to be taken or changed. */
  readonly offer: string;
  /** What it names, where that is a path: tab completes it. */
  readonly path: 'folder' | 'file' | undefined;
  /** The words of a choice. */
  readonly choices: readonly string[];
}

/** A form as it stands. What it means is the business of its spec: see form-spec.ts. */
export interface FormState {
  readonly title: string;
  readonly fields: readonly FormField[];
  readonly index: number;
  /** What was wrong when it was sent last, and what to do. */
  readonly problem: string | undefined;
  readonly hint: string | undefined;
  /** It was sent and is being carried out. */
  readonly busy: boolean;
  /** The command lines that the values make, words each; run one after the other. */
  lines(values: FormValues): readonly (readonly string[])[];
}

export type FormValues = Readonly<Record<string, string>>;

export function formValues({ fields }: FormState): FormValues {
  return Object.fromEntries(fields.map(({ key, value }) => [key, value.trim()]));
}

/** What a key that is not typed does to a form; undefined: nothing here. */
export function formAfterKey(form: FormState, name: string): FormState | undefined {
  const field = form.fields[form.index];
  switch (name) {
    case 'tab':
    case 'down':
      return formMoved(form, 1);
    case 'shift-tab':
    case 'up':
      return formMoved(form, -1);
    case 'ctrl-u':
      return field?.kind === 'choice' ? undefined : formTyped(form, '');
    case 'ctrl-w':
      return field?.kind === 'choice' ? undefined : formTyped(form, withoutLastWord(field?.value ?? ''));
    case 'left':
      return field?.kind === 'choice' ? formTyped(form, chosen(field, -1)) : undefined;
    case 'right':
      if (field?.kind === 'choice') return formTyped(form, chosen(field, 1));
      return field?.kind === 'text' && field.value === '' && field.offer !== ''
        ? formTyped(form, field.offer)
        : undefined;
    case 'space':
      if (field?.kind === 'choice') return formTyped(form, chosen(field, 1));
      return field?.kind === 'toggle' ? formTyped(form, field.value === '' ? 'yes' : '') : undefined;
    default:
      return undefined;
  }
}

/** The word beside the chosen one, around the ends. */
function chosen({ choices, value }: FormField, by: number): string {
  return choices[(choices.indexOf(value) + by + choices.length) % choices.length] ?? value;
}

/** Goes to another field, around the ends. */
function formMoved(form: FormState, by: number): FormState {
  const { length } = form.fields;
  // What tab told of the field that is left; the hint of a problem stays with it.
  const hint = form.problem === undefined ? undefined : form.hint;
  return { ...form, index: (form.index + by + length) % length, hint };
}

export function formTyped(form: FormState, value: string): FormState {
  const field = form.fields[form.index];
  if (field === undefined || field.value === value) return form;
  return {
    ...form,
    problem: undefined,
    hint: undefined,
    fields: form.fields.with(form.index, { ...field, value }),
  };
}

/** The form with all that was typed, and what came of it. */
export function formFailed(
  form: FormState,
  { message, hint }: Pick<GantryError, 'message' | 'hint'>,
): FormState {
  return { ...form, busy: false, problem: message, hint };
}

/** The form with the likely value of a field, once that is known. */
export function formOffered(form: FormState, key: string, offer: string): FormState {
  const fields = form.fields.map((field) =>
    field.key === key ? { ...field, offer, placeholder: `${offer}  (→ takes it)` } : field,
  );
  return { ...form, fields };
}

/** The form with the cursor in the first required field that is empty, and the word to say about it. */
export function formMissing(form: FormState): FormState | undefined {
  const index = form.fields.findIndex(({ required, value }) => required && value.trim() === '');
  const field = form.fields[index];
  return field === undefined
    ? undefined
    : { ...form, index, problem: `${field.label} is needed`, hint: undefined };
}
