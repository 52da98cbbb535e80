import { stripControl } from '../../../base/strip-control.ts';

/** Untrusted text for one cell or one line: no control codes, and no break that would tear a table. */
export function safeLine(text: string): string {
  return plain.test(text) ? text : stripControl(text).replace(/[\t\n]/g, ' ');
}

/** Nearly every cell. */
const plain = /^[ -~]*$/;

/** JSON with every character a terminal might act upon written as an escape, so that it stays exact and is safe to print. */
export function safeJson(value: unknown, indent?: number): string {
  return (JSON.stringify(value, null, indent) ?? 'null').replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
