/** The path of a name in a folder; the name as bytes, since it need not be UTF-8. */
export function pathInside(dir: string | Buffer, name: Buffer): Buffer {
  return Buffer.concat([typeof dir === 'string' ? Buffer.from(dir) : dir, slash, name]);
}

const slash = Buffer.from('/');
