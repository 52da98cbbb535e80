import { StringDecoder } from 'node:string_decoder';
import { decodeAlt, decodeCharacter, decodeCsi, decodeSs3 } from './decode-sequence.ts';
import type { InputEvent } from './input-event.ts';

/** A paste beyond this is cut: it is not meant for a field of ours. */
const pasteLimit = 1 << 20;
const pasteStart = '\u001b[200~';
const pasteEnd = '\u001b[201~';

/**
 * Turns bytes of a terminal into events, however they were cut into chunks. What could be the start of a sequence
 * waits: the owner calls {@link flush} after a pause, which makes a lone escape a key.
 */
export class InputDecoder {
  readonly #utf8 = new StringDecoder('utf8');
  #text = '';
  #paste: string | undefined;

  push(chunk: Uint8Array): InputEvent[] {
    this.#text += this.#utf8.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    return this.#drain(false);
  }

  /** Whether something waits for more bytes. */
  get waiting(): boolean {
    return this.#text !== '' && this.#paste === undefined;
  }

  /** No more bytes came: an unfinished sequence was keys after all. */
  flush(): InputEvent[] {
    return this.#drain(true);
  }

  #drain(final: boolean): InputEvent[] {
    const events: InputEvent[] = [];
    while (this.#text !== '') {
      if (this.#paste !== undefined) {
        if (!this.#collectPaste(events)) break;
        continue;
      }
      if (!this.#text.startsWith('\u001b')) {
        const character = String.fromCodePoint(this.#text.codePointAt(0) as number);
        this.#text = this.#text.slice(character.length);
        events.push(decodeCharacter(character));
        continue;
      }
      const taken = this.#sequence(events, final);
      if (taken === 0) break;
      this.#text = this.#text.slice(taken);
    }
    return events;
  }

  /** Reads one sequence at the start; 0: it is not whole yet. */
  #sequence(events: InputEvent[], final: boolean): number {
    const text = this.#text;
    if (text.startsWith(pasteStart)) {
      this.#paste = '';
      return pasteStart.length;
    }
    const csi = /^\u001b\[([0-?]*)[ -/]*([@-~])/.exec(text);
    if (csi !== null) return emit(events, decodeCsi(csi[1] ?? '', csi[2] ?? ''), csi[0].length);
    const ss3 = /^\u001bO([ -~])/.exec(text);
    if (ss3 !== null) return emit(events, decodeSs3(ss3[1] ?? ''), ss3[0].length);
    const words = /^\u001b[\]P_^X][^\u0007\u001b]*(?:\u0007|\u001b\\)/.exec(text);
    if (words !== null) return emit(events, { kind: 'reply', sequence: words[0] }, words[0].length);
    const unfinished =
      text === '\u001b' || /^\u001b(?:\[[0-?]*[ -/]*|O|[\]P_^X][^\u0007\u001b]{0,4096}\u001b?)$/.test(text);
    if (unfinished && !final) return 0;
    const next = text.codePointAt(1);
    if (next === undefined || next === 0x1b) return emit(events, decodeCharacter('\u001b'), 1);
    const character = String.fromCodePoint(next);
    return emit(events, decodeAlt(character), 1 + character.length);
  }

  /** True when the paste ended. */
  #collectPaste(events: InputEvent[]): boolean {
    const end = this.#text.indexOf(pasteEnd);
    if (end < 0) {
      // The mark itself may be cut in two: keep what could be its start.
      const keep = Math.max(this.#text.lastIndexOf('\u001b'), this.#text.length - pasteEnd.length + 1);
      const cut = this.#text.indexOf('\u001b', keep) === keep ? keep : this.#text.length;
      this.#paste = ((this.#paste ?? '') + this.#text.slice(0, cut)).slice(0, pasteLimit);
      this.#text = this.#text.slice(cut);
      return false;
    }
    events.push({
      kind: 'paste',
      text: ((this.#paste ?? '') + this.#text.slice(0, end)).slice(0, pasteLimit),
    });
    this.#paste = undefined;
    this.#text = this.#text.slice(end + pasteEnd.length);
    return true;
  }
}

function emit(events: InputEvent[], event: InputEvent | undefined, length: number): number {
  if (event !== undefined) events.push(event);
  return length;
}
