// C0 but tab and newline, DEL, C1, bidi overrides and isolates, line and paragraph separators.
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;
/** Nearly all text there is. */
const plain = /^[\t\n\u0020-\u007e]*$/;

/**
 * Makes untrusted text safe to print: whole escape sequences go, then every other control code but tab and newline.
 * Lone surrogates become U+FFFD. Colours are not kept: use the log sanitiser of the screen for that.
 */
export function stripControl(text: string): string {
  if (plain.test(text)) return text;
  return text.toWellFormed().replace(escapes, '').replace(control, '');
}
