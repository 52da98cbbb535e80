const powers = ['', 'k', 'm', 'g', 't', 'p'];

/** Docker's sizes in bytes, by powers of 1024: `64m`, `1.5GiB`, `100`. Undefined when it is none. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i.exec(text.trim());
  if (match === null) return undefined;
  const sizeBytes = Math.floor(Number(match[1]) * 1024 ** powers.indexOf((match[2] as string).toLowerCase()));
  return Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
}
