import { createRequire } from 'node:module';
import type { Terminal as HeadlessTerminal } from '@xterm/headless';

const { Terminal } = createRequire(import.meta.url)('@xterm/headless') as {
  Terminal: typeof HeadlessTerminal;
};

/** One cell as a person sees it. */
export interface SeenCell {
  readonly text: string;
  /** 0 for the right half of a wide character. */
  readonly width: number;
  /** `default`, `7` (palette) or `#rrggbb`. */
  readonly fg: string;
  readonly bg: string;
  readonly flags: string;
}

/** A real terminal emulator that takes the program's output and tells what is on its screen. */
export class Emulator {
  readonly terminal: HeadlessTerminal;
  bytes = 0;

  constructor(columns: number, rows: number) {
    this.terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 });
  }

  write(text: string, done: () => void = () => undefined): void {
    this.bytes += Buffer.byteLength(text);
    this.terminal.write(text, done);
  }

  /** Resolves once everything written so far is on the screen. */
  settle(): Promise<void> {
    return new Promise((resolve) => this.terminal.write('', resolve));
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
  }

  /** The rows of the screen, blanks at their ends cut off. */
  lines(): string[] {
    const buffer = this.terminal.buffer.active;
    return Array.from({ length: this.terminal.rows }, (_, row) => {
      return (
        buffer
          .getLine(buffer.baseY + row)
          ?.translateToString(true)
          .trimEnd() ?? ''
      );
    });
  }

  text(): string {
    return this.lines().join('\n');
  }

  cell(column: number, row: number): SeenCell {
    const buffer = this.terminal.buffer.active;
    const cell = buffer.getLine(buffer.baseY + row)?.getCell(column);
    if (cell === undefined) throw new RangeError(`no cell at ${column},${row}`);
    const colour = (isDefault: boolean, isRgb: boolean, value: number): string =>
      isDefault ? 'default' : isRgb ? `#${value.toString(16).padStart(6, '0')}` : String(value);
    const flags = [
      cell.isBold() !== 0 && 'bold',
      cell.isDim() !== 0 && 'dim',
      cell.isItalic() !== 0 && 'italic',
      cell.isUnderline() !== 0 && 'underline',
      cell.isInverse() !== 0 && 'inverse',
      cell.isStrikethrough() !== 0 && 'strike',
    ];
    return {
      text: cell.getChars(),
      width: cell.getWidth(),
      fg: colour(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
      bg: colour(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
      flags: flags.filter((flag) => flag !== false).join(' '),
    };
  }

  get cursor(): { readonly column: number; readonly row: number } {
    const { cursorX, cursorY } = this.terminal.buffer.active;
    return { column: cursorX, row: cursorY };
  }
}
