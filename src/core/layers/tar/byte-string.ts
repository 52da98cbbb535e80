/**
 * Text that stands for bytes, one character a byte (`latin1`). File names, link targets and attribute values of an
 * archive need not be UTF-8, and must come out of it as they went in; as strings they can still be split and compared.
 */
export type ByteString = string;

/** The bytes as `fs` and libc take a path: ASCII as the string it is, anything else as bytes. */
export function pathOf(name: ByteString): string | Buffer {
  return isAscii(name) ? name : Buffer.from(name, 'latin1');
}

export function isAscii(text: string): boolean {
  return !/[^\u0000-\u007f]/.test(text);
}

/** From ordinary text, as UTF-8. */
export function byteString(text: string): ByteString {
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** For people: read as UTF-8, broken sequences as U+FFFD. */
export function displayText(name: ByteString): string {
  return isAscii(name) ? name : Buffer.from(name, 'latin1').toString('utf8');
}
