import { GantryError } from '../../../base/gantry-error.ts';

const longestPassword = 64 * 1024;

/** All of a stream but the line's end, as `echo` and editors put it there. Rejects `invalid` where nothing is left. */
export async function readPassword(source: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > longestPassword) throw bad(`password is longer than ${longestPassword} bytes`);
    chunks.push(chunk);
  }
  const password = Buffer.concat(chunks).toString('utf8').replace(/\n$/, '').replace(/\r$/, '');
  if (password === '') throw bad('password is empty');
  return password;
}

function bad(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-login', message });
}
