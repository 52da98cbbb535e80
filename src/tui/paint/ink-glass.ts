import { type CellGrid, createGrid, fillCells, putGrapheme } from './cell-grid.ts';
import { type CellStyle, plainStyle } from './cell-style.ts';
import { graphemes } from './grapheme.ts';
import { applySgr } from './sgr.ts';

/**
 * Reads what Ink writes to its terminal into cells. Ink speaks a small language: text, line feeds, colours, moves
 * and erases of lines; modes (cursor, alternate screen, synchronized output) belong to the real terminal's owner and
 * are dropped. Writes outside the screen are lost, nothing scrolls: our frames are never higher than the screen.
 */
export class InkGlass {
  grid: CellGrid;
  #column = 0;
  #row = 0;
  #style: CellStyle = plainStyle;

  constructor(columns: number, rows: number) {
    this.grid = createGrid(columns, rows);
  }

  resize(columns: number, rows: number): void {
    this.grid = createGrid(columns, rows);
    this.#column = 0;
    this.#row = 0;
    this.#style = plainStyle;
  }

  /** A whole write; sequences are never split between writes. */
  write(text: string): void {
    let at = 0;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (code === 0x1b) {
        at = this.#escape(text, at);
      } else if (code === 0x0a) {
        this.#row += 1;
        this.#column = 0;
        at += 1;
      } else if (code === 0x0d) {
        this.#column = 0;
        at += 1;
      } else {
        let end = at + 1;
        while (end < text.length && text.charCodeAt(end) >= 0x20) end += 1;
        this.#text(text.slice(at, end));
        at = end;
      }
    }
  }

  #text(run: string): void {
    for (const grapheme of graphemes(run)) {
      if (this.#column < this.grid.columns) {
        putGrapheme(this.grid, this.#column, this.#row, grapheme, this.#style);
      }
      this.#column += grapheme.width;
    }
  }

  #escape(text: string, at: number): number {
    control.lastIndex = at;
    const match = control.exec(text);
    if (match === null) {
      other.lastIndex = at;
      return at + (other.exec(text)?.[0].length ?? 1);
    }
    const [whole, parameters = '', final = ''] = match;
    const count = Math.max(1, Number.parseInt(parameters, 10) || 0);
    switch (final) {
      case 'm':
        this.#style = applySgr(this.#style, parameters);
        break;
      case 'A':
        this.#row = Math.max(0, this.#row - count);
        break;
      case 'B':
        this.#row += count;
        break;
      case 'C':
        this.#column += count;
        break;
      case 'D':
        this.#column = Math.max(0, this.#column - count);
        break;
      case 'E':
        this.#row += count;
        this.#column = 0;
        break;
      case 'G':
        this.#column = count - 1;
        break;
      case 'H': {
        const [row, column] = parameters.split(';').map((part) => Number.parseInt(part, 10) || 1);
        this.#row = (row ?? 1) - 1;
        this.#column = (column ?? 1) - 1;
        break;
      }
      case 'K':
        this.#eraseLine(parameters);
        break;
      case 'J':
        this.#eraseDisplay(parameters);
        break;
    }
    return at + whole.length;
  }

  #eraseLine(how: string): void {
    const { columns } = this.grid;
    if (how === '2') fillCells(this.grid, 0, this.#row, columns);
    else if (how === '1') fillCells(this.grid, 0, this.#row, this.#column + 1);
    else fillCells(this.grid, this.#column, this.#row, columns);
  }

  #eraseDisplay(how: string): void {
    const { columns, rows } = this.grid;
    if (how === '' || how === '0') fillCells(this.grid, this.#column, this.#row, columns);
    for (let row = how === '2' || how === '3' ? 0 : this.#row + 1; row < rows; row += 1) {
      fillCells(this.grid, 0, row, columns);
    }
  }
}

const control = /\u001b\[([0-?]*)[ -/]*([@-~])/y;
const other = /\u001b(?:\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])?/y;
