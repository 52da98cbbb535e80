import type { Emulator, SeenCell } from './emulator.ts';

/**
 * What an emulator shows as text that can be kept and read: the characters, then one letter a cell for how it looks,
 * then what the letters mean.
 */
export function frameOf(emulator: Emulator): string {
  const { cols, rows } = emulator.terminal;
  const letters = new Map<string, string>();
  const styles = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: cols }, (_column, column) => letterOf(emulator.cell(column, row), letters)).join(''),
  );
  const legend = [...letters].map(([look, letter]) => `${letter}  ${look}`);
  const ruler = '-'.repeat(cols);
  return [
    ...emulator.lines(),
    ruler,
    ...styles.map((line) => line.replace(/\.+$/, '')),
    ruler,
    ...legend,
    '',
  ].join('\n');
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** `.` for plain cells; blanks do not show their foreground. */
function letterOf(cell: SeenCell, letters: Map<string, string>): string {
  const blank = cell.text === '' || cell.text === ' ';
  const fg = blank && cell.flags === '' ? 'default' : cell.fg;
  if (fg === 'default' && cell.bg === 'default' && cell.flags === '') return '.';
  const look = `${fg} on ${cell.bg}${cell.flags === '' ? '' : ` ${cell.flags}`}`;
  const known = letters.get(look);
  if (known !== undefined) return known;
  const letter = alphabet[letters.size] ?? '?';
  letters.set(look, letter);
  return letter;
}
