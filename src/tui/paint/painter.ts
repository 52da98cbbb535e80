import { type CellGrid, createGrid } from './cell-grid.ts';
import { plainStyle } from './cell-style.ts';
import type { ColourLevel } from './colour-level.ts';
import { composeRow } from './compose-row.ts';
import { InkGlass } from './ink-glass.ts';
import type { Rect } from './rect.ts';
import { type Pen, writeRow } from './row-diff.ts';
import { Surface } from './surface.ts';

/** Where frames go. `done` is called once the terminal has taken the bytes: until then no further frame is made. */
export interface FrameSink {
  write(text: string, done: () => void): void;
}

/** What frames cost so far; for the bench and the `:stats` line. */
export interface PaintStats {
  frames: number;
  bytes: number;
  /** Milliseconds spent composing and diffing. */
  paintMs: number;
}

/**
 * Knows what is on the glass and sends only cells that changed. Ink's frames come in through {@link inkWrite}, pane
 * interiors through surfaces; everything asked for within one turn of the event loop leaves as one frame.
 */
export class Painter {
  readonly stats: PaintStats = { frames: 0, bytes: 0, paintMs: 0 };
  level: ColourLevel;
  readonly unicode: boolean;
  readonly #sink: FrameSink;
  readonly #ink: InkGlass;
  #glass: CellGrid;
  #next: CellGrid;
  #dirty: Uint8Array;
  #surfaces: Surface[] = [];
  #masks = new Map<string, Rect>();
  #pen: Pen = { column: -1, row: -1, style: plainStyle };
  #cursorOwner: string | undefined;
  #cursorShown = false;
  #erase = true;
  #scheduled = false;
  #writing = false;
  #stopped = false;

  constructor(sink: FrameSink, columns: number, rows: number, level: ColourLevel, unicode = true) {
    this.#sink = sink;
    this.level = level;
    this.unicode = unicode;
    this.#ink = new InkGlass(columns, rows);
    this.#glass = createGrid(columns, rows);
    this.#next = createGrid(columns, rows);
    this.#dirty = new Uint8Array(rows).fill(1);
  }

  get columns(): number {
    return this.#glass.columns;
  }

  get rows(): number {
    return this.#glass.rows;
  }

  /** What Ink's stdout receives. */
  inkWrite(text: string): void {
    this.#ink.write(text);
    this.#touch(0, this.rows);
  }

  createSurface(id: string, layer = 0): Surface {
    const surface = new Surface(id, layer, (changed, before) => {
      this.#touch(before.row, before.row + before.rows);
      this.#touch(changed.rect.row, changed.rect.row + changed.rect.rows);
    });
    this.#surfaces = [...this.#surfaces, surface].sort((a, b) => a.layer - b.layer);
    return surface;
  }

  removeSurface(surface: Surface): void {
    this.#surfaces = this.#surfaces.filter((other) => other !== surface);
    this.#touch(surface.rect.row, surface.rect.row + surface.rect.rows);
  }

  /** Keeps the surfaces of panes out of a rectangle, where Ink draws an overlay. Undefined takes the mask away. */
  mask(id: string, rect: Rect | undefined): void {
    const before = this.#masks.get(id);
    if (before !== undefined) this.#touch(before.row, before.row + before.rows);
    if (rect === undefined) {
      this.#masks.delete(id);
    } else {
      this.#masks.set(id, rect);
      this.#touch(rect.row, rect.row + rect.rows);
    }
  }

  /** The surface whose cursor the terminal shows; none: the cursor is hidden. */
  showCursorOf(id: string | undefined): void {
    if (this.#cursorOwner === id) return;
    this.#cursorOwner = id;
    this.#request();
  }

  /** The terminal has another size: everything is drawn anew. Surfaces must be placed again. */
  resize(columns: number, rows: number): void {
    this.#ink.resize(columns, rows);
    this.#glass = createGrid(columns, rows);
    this.#next = createGrid(columns, rows);
    this.#dirty = new Uint8Array(rows).fill(1);
    this.repaint();
  }

  /** Draws everything anew: someone else wrote to the terminal, or it was suspended. */
  repaint(): void {
    this.#glass = createGrid(this.columns, this.rows);
    this.#pen = { column: -1, row: -1, style: plainStyle };
    this.#erase = true;
    this.#touch(0, this.rows);
  }

  /** No byte leaves after this until {@link resume}: the terminal belongs to somebody else. */
  stop(): void {
    this.#stopped = true;
  }

  resume(): void {
    this.#stopped = false;
    this.repaint();
  }

  /** Sends what is pending now instead of at the end of the turn. */
  flush(): void {
    this.#scheduled = false;
    if (this.#stopped || this.#writing) return;
    const started = performance.now();
    const frame = this.#frame();
    this.stats.paintMs += performance.now() - started;
    if (frame === '') return;
    this.stats.frames += 1;
    this.stats.bytes += Buffer.byteLength(frame);
    this.#writing = true;
    this.#sink.write(frame, () => {
      this.#writing = false;
      if (this.#pending) this.#request();
    });
  }

  #pending = false;

  #touch(from: number, to: number): void {
    this.#dirty.fill(1, Math.max(0, from), Math.max(0, to));
    this.#request();
  }

  #request(): void {
    this.#pending = true;
    if (this.#scheduled || this.#stopped || this.#writing) return;
    this.#scheduled = true;
    setImmediate(() => {
      if (this.#scheduled) this.flush();
    });
  }

  #frame(): string {
    this.#pending = false;
    let out = '';
    if (this.#erase) {
      this.#erase = false;
      out += '\u001b[m\u001b[2J';
    }
    const masks = [...this.#masks.values()];
    for (let row = 0; row < this.rows; row += 1) {
      if (this.#dirty[row] === 0) continue;
      this.#dirty[row] = 0;
      composeRow(this.#next, this.#ink.grid, this.#surfaces, masks, row);
      out += writeRow(this.#next, this.#glass, row, this.#pen, this);
    }
    const cursor = this.#cursor(out !== '');
    return out === '' && cursor === '' ? '' : `${beginFrame}${out}${cursor}${endFrame}`;
  }

  /** Where the cursor goes at the end of a frame. While cells are written it is hidden, so that it does not flicker. */
  #cursor(moved: boolean): string {
    const owner = this.#surfaces.find((surface) => surface.id === this.#cursorOwner);
    const at = owner?.cursor;
    if (
      owner === undefined ||
      at === undefined ||
      at.column >= owner.rect.columns ||
      at.row >= owner.rect.rows
    ) {
      if (!this.#cursorShown) return '';
      this.#cursorShown = false;
      return '\u001b[?25l';
    }
    const column = owner.rect.column + at.column;
    const row = owner.rect.row + at.row;
    const there = this.#pen.column === column && this.#pen.row === row;
    if (this.#cursorShown && there && !moved) return '';
    this.#pen.column = column;
    this.#pen.row = row;
    const shown = this.#cursorShown;
    this.#cursorShown = true;
    return `${there ? '' : `\u001b[${row + 1};${column + 1}H`}${shown ? '' : '\u001b[?25h'}`;
  }
}

/** Synchronized output (mode 2026): terminals that know it show the frame at once, others ignore it. */
const beginFrame = '\u001b[?2026h';
const endFrame = '\u001b[?2026l';
