const decimal = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'] as const;
const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** Bytes in powers of 1000 with so many significant digits: `1.24MB`, `0B`. Lists use 3, totals 4. */
export function humanSize(sizeBytes: number, digits = 4): string {
  return scale(sizeBytes, 1000, decimal, digits);
}

/** Bytes in powers of 1024, for memory: `7.766GiB`. */
export function binarySize(sizeBytes: number): string {
  return scale(sizeBytes, 1024, binary, 4);
}

function scale(sizeBytes: number, base: number, units: readonly string[], digits: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (value >= base && unit < units.length - 1) {
    value /= base;
    unit += 1;
  }
  return `${significant(value, digits)}${units[unit]}`;
}

/** C's `%.Ng`: so many significant digits, trailing zeros dropped, an exponent where the number is too long for them. */
function significant(value: number, digits: number): string {
  const text = value.toPrecision(digits);
  const exponent = /^(-?[\d.]+)e([+-])(\d+)$/.exec(text);
  if (exponent === null) return trimZeros(text);
  return `${trimZeros(exponent[1]!)}e${exponent[2]}${exponent[3]!.padStart(2, '0')}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
