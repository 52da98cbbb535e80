/** Shorter ones stand in too much that is none of theirs. */
const shortestBytes = 4;
const mask = Buffer.from('***');

/**
 * Takes secrets out of one stream of output, also where its chunks cut through them. Of secrets that overlap nothing
 * stays. Its cost hardly grows with their number: a secret may be a file of ten thousand lines, each one by itself.
 */
export class SecretMask {
  /** In the order of their bytes. */
  readonly #secrets: readonly Buffer[];
  /** Of each secret the longest other one that it begins with; -1: none. */
  readonly #inner: Int32Array;
  /** First two bytes of secrets: most of a stream begins none. */
  readonly #begins = new Uint8Array(1 << 16);
  readonly #longestBytes: number;
  /** What a secret may have begun in. */
  #held: Buffer = Buffer.alloc(0);
  /** So many of its first bytes belong to secrets that were masked already. */
  #masked = 0;

  /** Lines count by themselves: a key of several lines is seldom printed in one piece. */
  constructor(secrets: Iterable<Uint8Array>) {
    const lines = [...secrets].flatMap((secret) => Buffer.from(secret).toString('latin1').split(/\r?\n/));
    const worth = new Set(lines.map((line) => line.trim()).filter((line) => line.length >= shortestBytes));
    this.#secrets = [...worth].map((line) => Buffer.from(line, 'latin1')).sort(Buffer.compare);
    this.#inner = new Int32Array(this.#secrets.length);
    for (const [index, secret] of this.#secrets.entries()) {
      this.#begins[secret.readUInt16BE(0)] = 1;
      let inner = index - 1;
      while (inner >= 0 && !isAt(this.#secretOf(inner), secret, 0)) inner = this.#inner[inner] as number;
      this.#inner[index] = inner;
    }
    this.#longestBytes = this.#secrets.reduce((most, { length }) => Math.max(most, length), 0);
  }

  /** What of the stream may be shown now. */
  take(data: Uint8Array): Uint8Array {
    if (this.#longestBytes === 0) return data;
    const text = Buffer.concat([this.#held, data]);
    return this.#show(text, this.#openFrom(text));
  }

  /** What was held back because a secret might have begun in it. */
  end(): Uint8Array {
    return this.#show(this.#held, this.#held.length);
  }

  /** Shows all before `until`, and holds the rest. What begins before it also ends in `text`, if it is a secret. */
  #show(text: Buffer, until: number): Uint8Array {
    const parts: Buffer[] = [];
    let shown = this.#masked;
    for (let at = 0; at < until; at += 1) {
      const length = this.#secretAt(text, at);
      if (length === 0) continue;
      if (at >= shown) parts.push(text.subarray(shown, at), mask);
      shown = Math.max(shown, at + length);
    }
    if (shown < until) parts.push(text.subarray(shown, until));
    this.#held = text.subarray(until);
    this.#masked = Math.max(0, shown - until);
    return Buffer.concat(parts);
  }

  /** Length of the longest secret that is whole there; 0: none is. */
  #secretAt(text: Buffer, at: number): number {
    if (at + shortestBytes > text.length || this.#begins[text.readUInt16BE(at)] === 0) return 0;
    // Whatever stands between the one that is looked for and the text begins with it too.
    let index = this.#countUpTo(text, at) - 1;
    while (index >= 0 && !isAt(this.#secretOf(index), text, at)) index = this.#inner[index] as number;
    return index < 0 ? 0 : this.#secretOf(index).length;
  }

  /** Where the longest end of the text begins that is the beginning of a secret, and not all of it. */
  #openFrom(text: Buffer): number {
    for (let at = Math.max(0, text.length - this.#longestBytes + 1); at < text.length; at += 1) {
      if (at + 1 < text.length && this.#begins[text.readUInt16BE(at)] === 0) continue;
      const next = this.#secrets[this.#countUpTo(text, at)];
      if (next !== undefined && isAt(text.subarray(at), next, 0)) return at;
    }
    return text.length;
  }

  /** How many secrets are not behind the text from there on. */
  #countUpTo(text: Buffer, at: number): number {
    const end = Math.min(text.length, at + this.#longestBytes);
    let [low, high] = [0, this.#secrets.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#secretOf(middle).compare(text, at, end) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #secretOf(index: number): Buffer {
    return this.#secrets[index] as Buffer;
  }
}

/** Whether a piece is in the text there. */
function isAt(piece: Buffer, text: Buffer, at: number): boolean {
  const end = at + piece.length;
  return end <= text.length && text.compare(piece, 0, piece.length, at, end) === 0;
}
