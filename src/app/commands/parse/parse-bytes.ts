const units: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5 };

/** `512m` → 536870912: powers of 1024, with or without `b` or `ib`. Undefined: not a size. */
export function parseBytes(text: string): number | undefined {
  if (text === '-1') return -1;
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text);
  if (match === null) return undefined;
  const sizeBytes = Math.trunc(Number(match[1]) * 1024 ** units[match[2]!.toLowerCase()]!);
  return Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
}
