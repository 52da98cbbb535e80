import { type CellGrid, clearGrid, createGrid } from './cell-grid.ts';
import { type CellStyle, plainStyle } from './cell-style.ts';
import { emptyRect, type Rect, sameRect } from './rect.ts';

/** Where the terminal's own cursor should stand, within the surface. */
export interface SurfaceCursor {
  readonly column: number;
  readonly row: number;
}

/**
 * The inside of a pane: a grid of its own that is painted without React and put on the screen over Ink's frame. It
 * lives as long as its pane; moving or resizing it makes a new empty grid, so that nothing stale is ever shown.
 */
export class Surface {
  readonly id: string;
  /** Above others and above masks when higher: 0 panes, 1 overlays. */
  readonly layer: number;
  #rect: Rect = emptyRect;
  #grid: CellGrid = createGrid(0, 0);
  #cursor: SurfaceCursor | undefined;
  readonly #changed: (surface: Surface, before: Rect) => void;

  constructor(id: string, layer: number, changed: (surface: Surface, before: Rect) => void) {
    this.id = id;
    this.layer = layer;
    this.#changed = changed;
  }

  get rect(): Rect {
    return this.#rect;
  }

  get grid(): CellGrid {
    return this.#grid;
  }

  get cursor(): SurfaceCursor | undefined {
    return this.#cursor;
  }

  /** Puts it somewhere; an empty rectangle hides it. True when its size changed and it must be painted anew. */
  place(rect: Rect): boolean {
    if (sameRect(rect, this.#rect)) return false;
    const before = this.#rect;
    const resized = rect.columns !== before.columns || rect.rows !== before.rows;
    this.#rect = rect;
    if (resized) {
      this.#grid = createGrid(rect.columns, rect.rows);
      this.#cursor = undefined;
    }
    this.#changed(this, before);
    return resized;
  }

  /** Paints the whole inside anew, on blanks of `background`. */
  paint(draw: (grid: CellGrid) => SurfaceCursor | undefined, background: CellStyle = plainStyle): void {
    clearGrid(this.#grid, background);
    this.#cursor = draw(this.#grid);
    this.#changed(this, this.#rect);
  }
}
