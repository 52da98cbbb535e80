/** One challenge of a `WWW-Authenticate` header. */
export interface AuthChallenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Keys in lower case: `realm`, `service`, `scope`, `error`. */
  readonly parameters: Readonly<Record<string, string>>;
}

const parameter = /([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g;
const schemeAt = /(?:^|,)\s*([A-Za-z][A-Za-z0-9-]*)(?=\s+[A-Za-z0-9_-]+\s*=|\s*(?:,|$))/g;
const longestHeader = 8192;

/** Parses a `WWW-Authenticate` value (RFC 9110 section 11.6.1). What does not parse is left out; never throws. */
export function parseAuthChallenges(header: string): readonly AuthChallenge[] {
  const text = header.slice(0, longestHeader);
  // Quoted strings may hold commas and words that look like a scheme: blank them where schemes are looked for.
  const masked = text.replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => `"${' '.repeat(quoted.length - 2)}"`);
  const starts = [...masked.matchAll(schemeAt)].map((match) => {
    const scheme = match[1] as string;
    return { scheme, at: match.index + match[0].length };
  });
  return starts.map(({ scheme, at }, index) => {
    const next = starts[index + 1];
    const end = next === undefined ? text.length : next.at - next.scheme.length;
    const parameters: Record<string, string> = {};
    for (const [, key, quoted, bare] of text.slice(at, end).matchAll(parameter)) {
      parameters[(key as string).toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '';
    }
    return { scheme: scheme.toLowerCase(), parameters };
  });
}
