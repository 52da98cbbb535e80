import { stripControl } from '../../base/strip-control.ts';
import { wrapWords } from '../paint/wrap-words.ts';
import type { FormState } from './form-state.ts';

/** A line below the fields of a form. */
export interface FormNote {
  readonly tone: 'problem' | 'hint';
  readonly text: string;
}

const most = 8;

/** What is to be said below the fields, in lines of at most `width` cells; one line at least, so that nothing jumps. */
export function formNotes({ problem, hint, busy }: FormState, width: number): readonly FormNote[] {
  if (busy) return [{ tone: 'hint', text: 'working…' }];
  const lines = (tone: FormNote['tone'], text: string | undefined): FormNote[] =>
    text === undefined ? [] : wrapWords(stripControl(text), width).map((line) => ({ tone, text: line }));
  const notes = [...lines('problem', problem), ...lines('hint', hint)].slice(0, most);
  return notes.length === 0 ? [{ tone: 'hint', text: '' }] : notes;
}
