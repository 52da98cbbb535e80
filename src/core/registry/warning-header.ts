import { stripControl } from '../../base/strip-control.ts';

const warning = /(?:^|,)\s*299\s+\S+\s+"((?:[^"\\]|\\.)*)"/g;
const longestHeader = 8192;
const mostWarnings = 8;
const longestWarning = 500;

/** The words of `Warning: 299 - "…"` headers (distribution-spec "Warnings"), cleaned. Never throws. */
export function parseWarnings(header: string | readonly string[] | undefined): readonly string[] {
  const text = (typeof header === 'string' ? header : (header ?? []).join(',')).slice(0, longestHeader);
  return [...text.matchAll(warning)]
    .slice(0, mostWarnings)
    .map(([, quoted]) => stripControl((quoted as string).replace(/\\(.)/g, '$1')).replaceAll('\n', ' '))
    .map((words) => words.slice(0, longestWarning));
}
