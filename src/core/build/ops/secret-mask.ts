/** Shorter ones stand in too much that is none of theirs. */
const shortestBytes = 4;
const mask = '***';

/** Takes secrets out of one stream of output, also where its chunks cut through them. */
export class SecretMask {
  /** Longest first, so that of two that overlap nothing stays. Bytes as latin1. */
  readonly #secrets: readonly string[];
  #held = '';

  /** Lines count by themselves: a key of several lines is seldom printed in one piece. */
  constructor(secrets: Iterable<Uint8Array>) {
    const lines = [...secrets].flatMap((secret) => Buffer.from(secret).toString('latin1').split(/\r?\n/));
    const worth = lines.map((line) => line.trim()).filter((line) => line.length >= shortestBytes);
    this.#secrets = [...new Set(worth)].sort((a, b) => b.length - a.length);
  }

  /** What of the stream may be shown now. */
  take(data: Uint8Array): Uint8Array {
    if (this.#secrets.length === 0) return data;
    let text = this.#held + Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1');
    for (const secret of this.#secrets) text = text.replaceAll(secret, mask);
    const shown = text.length - this.#heldBack(text);
    this.#held = text.slice(shown);
    return Buffer.from(text.slice(0, shown), 'latin1');
  }

  /** What was held back because a secret might have begun in it. */
  end(): Uint8Array {
    const rest = Buffer.from(this.#held, 'latin1');
    this.#held = '';
    return rest;
  }

  /** Length of the longest end of the text that a secret begins with. */
  #heldBack(text: string): number {
    let most = 0;
    for (const secret of this.#secrets) {
      for (let length = Math.min(secret.length - 1, text.length); length > most; length -= 1) {
        if (text.endsWith(secret.slice(0, length))) most = length;
      }
    }
    return most;
  }
}
