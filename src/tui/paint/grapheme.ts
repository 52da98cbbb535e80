/** One user-perceived character and how many cells it takes (1 or 2). */
export interface Grapheme {
  readonly text: string;
  readonly width: 1 | 2;
  /** Terminals disagree about its width (emoji, joined or combined ones): the writer goes back to known ground after it. */
  readonly disputed: boolean;
}

/**
 * Splits text into what a cell can hold. Clusters without a width of their own (controls, lone marks, zero-width
 * characters) are left out: they have no cell.
 */
export function graphemes(text: string): Grapheme[] {
  const found: Grapheme[] = [];
  if (isSimple(text)) {
    for (let at = 0; at < text.length; at += 1) {
      const grapheme = simpleGrapheme(text.charCodeAt(at));
      if (grapheme !== undefined) found.push(grapheme);
    }
    return found;
  }
  for (const { segment } of segments(text)) {
    const grapheme = graphemeOf(segment);
    if (grapheme !== undefined) found.push(grapheme);
  }
  return found;
}

/** Cells a text takes. */
export function textWidth(text: string): number {
  let width = 0;
  if (isSimple(text)) {
    for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) >= 0x20) width += 1;
    return width;
  }
  for (const { segment } of segments(text)) width += graphemeOf(segment)?.width ?? 0;
  return width;
}

export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7e) return false;
  return true;
}

/**
 * Whether every unit is a character of its own, one cell wide (or a C0 control, none wide): then there is nothing to
 * segment. True for nearly everything that is ever shown, and for all that frames are made of.
 */
function isSimple(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= simpleEnd || simpleCodes[code] === 0) return false;
  }
  return true;
}

const simpleEnd = 0x2900;
const simpleCodes = new Uint8Array(simpleEnd);
for (const [first, last] of [
  [0x00, 0x7e],
  [0xa0, 0xac],
  [0xae, 0x2ff],
  [0x370, 0x482],
  [0x48a, 0x52f],
  // Punctuation, arrows, mathematics; box drawing, blocks and shapes; check marks; long arrows; Braille dots.
  [0x2010, 0x2027],
  [0x2030, 0x205e],
  [0x2190, 0x22ff],
  [0x2500, 0x25fc],
  [0x2710, 0x2727],
  [0x27f0, 0x27ff],
  [0x2800, 0x28ff],
] as const) {
  simpleCodes.fill(1, first, last + 1);
}

const simpleGraphemes: (Grapheme | undefined)[] = [];

function simpleGrapheme(code: number): Grapheme | undefined {
  if (code < 0x20) return undefined;
  const known = simpleGraphemes[code];
  if (known !== undefined) return known;
  const made: Grapheme = { text: String.fromCharCode(code), width: 1, disputed: false };
  simpleGraphemes[code] = made;
  return made;
}

let segmenter: Intl.Segmenter | undefined;

/** Its data takes 20 ms to load: only once something needs it. */
function segments(text: string): Iterable<{ readonly segment: string }> {
  segmenter ??= new Intl.Segmenter('en');
  return segmenter.segment(text);
}

const cache = new Map<string, Grapheme | undefined>();

function graphemeOf(segment: string): Grapheme | undefined {
  if (segment.length === 1 && isSimple(segment)) return simpleGrapheme(segment.charCodeAt(0));
  if (cache.has(segment)) return cache.get(segment);
  const measured = measure(segment);
  if (cache.size > 8192) cache.clear();
  cache.set(segment, measured);
  return measured;
}

/** Longer ones are hostile (a letter under a thousand accents): only the head is kept. */
const clusterLimit = 32;

function measure(segment: string): Grapheme | undefined {
  const text =
    segment.length > clusterLimit ? segment.slice(0, clusterLimit).toWellFormed() : segment.toWellFormed();
  if (!visible.test(text)) return undefined;
  const code = text.codePointAt(0) as number;
  const single = text.length === (code > 0xffff ? 2 : 1);
  const pictured = emojiPresented.test(text);
  const wide = pictured || isWide(code) || (!single && joinedEmoji.test(text));
  return { text, width: wide ? 2 : 1, disputed: pictured || !single };
}

const visible =
  /[^\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Surrogate}]/v;
const emojiPresented = /^\p{Emoji_Presentation}/u;
const joinedEmoji = /\ufe0f|\u20e3|\u200d|[\u{1f3fb}-\u{1f3ff}]|[\u{1f1e6}-\u{1f1ff}]/u;

/** East Asian Wide and Fullwidth blocks (UAX #11); unassigned code points inside count as wide. */
const wideBlocks: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2329, 0x232a],
  [0x2630, 0x2637],
  [0x268a, 0x268f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6b],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18dff],
  [0x1aff0, 0x1b2ff],
  [0x1d300, 0x1d376],
  [0x1f200, 0x1f265],
  [0x20000, 0x3fffd],
];

function isWide(code: number): boolean {
  if (code < 0x1100) return false;
  for (const [first, last] of wideBlocks) {
    if (code < first) return false;
    if (code <= last) return true;
  }
  return false;
}
