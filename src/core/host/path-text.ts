import { isUtf8 } from 'node:buffer';

/**
 * A path as text: what of its bytes is UTF-8 as that, every other byte as a lone surrogate from U+DC80 to U+DCFF (as
 * Python has it, PEP 383). Nothing is lost, it can be split and compared, and {@link pathBytes} turns it back.
 */
export function pathText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isUtf8(buffer)) return buffer.toString();
  let text = '';
  for (let at = 0; at < buffer.length; ) {
    const length = sequenceLength(buffer, at);
    text +=
      length === 0
        ? String.fromCharCode(0xdc00 + (buffer[at] as number))
        : buffer.toString('utf8', at, at + length);
    at += Math.max(1, length);
  }
  return text;
}

/** The path as `fs` and libc take it: a string where that says it all, else bytes. */
export function pathBytes(text: string): string | Buffer {
  if (text.isWellFormed()) return text;
  const parts = text.split(/([\udc80-\udcff])/u);
  return Buffer.concat(
    parts.map((part, index) =>
      index % 2 === 0 ? Buffer.from(part) : Buffer.of(part.charCodeAt(0) - 0xdc00),
    ),
  );
}

/** Of the UTF-8 sequence that begins there; 0: none does. */
function sequenceLength(buffer: Buffer, at: number): number {
  const first = buffer[at] as number;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return at + length <= buffer.length && isUtf8(buffer.subarray(at, at + length)) ? length : 0;
}
