/** One Dockerfile of the corpus: what of the checklist it covers, and how it is built. */
export interface CorpusCase {
  /** Row of the checklist: `RUN`, `COPY and ADD`. */
  readonly row: string;
  readonly dockerfile: string;
  /** More words for both: `--build-arg A=b`. */
  readonly options?: readonly string[];
  /** Files of the context beside the usual ones: path to text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Both must refuse it. */
  readonly fails?: boolean;
  /** Where we are meant to differ from the peer, which fields or paths, and why. */
  readonly differs?: { readonly what: RegExp; readonly why: string };
  /** The peer does not know it: what must be in the image, a line a path (`/x 644 0:0 content`), instead. */
  readonly alone?: { readonly why: string; readonly has: readonly string[] };
}

/** Cases of one row: a Dockerfile alone, or with more. */
export function rowOf(
  row: string,
  ...cases: readonly (string | Omit<CorpusCase, 'row'>)[]
): readonly CorpusCase[] {
  return cases.map((one) => (typeof one === 'string' ? { row, dockerfile: one } : { row, ...one }));
}

export const tooOld = "Debian's docker.io has the Dockerfile frontend of 2021";
