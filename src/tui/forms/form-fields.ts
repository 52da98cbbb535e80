import type { FormField } from './form-state.ts';

type TextOptions = Partial<Pick<FormField, 'value' | 'placeholder' | 'required' | 'offer' | 'path'>>;

/** A line to type. */
export function text(
  key: string,
  label: string,
  { value = '', placeholder = '', required = false, offer = '', path }: TextOptions,
): FormField {
  return { key, label, kind: 'text', value, placeholder, required, offer, path, choices: [] };
}

/** Yes or no. */
export function toggle(key: string, label: string, value = ''): FormField {
  return { ...text(key, label, { value }), kind: 'toggle' };
}

/** One of several words, the first until another is chosen. */
export function choice(key: string, label: string, choices: readonly string[]): FormField {
  return { ...text(key, label, { value: choices[0] ?? '' }), kind: 'choice', choices };
}
