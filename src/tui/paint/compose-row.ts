import { type CellGrid, copyCells, wideFlag } from './cell-grid.ts';
import type { Rect } from './rect.ts';
import type { Surface } from './surface.ts';

/**
 * Lays one row of the screen together: Ink's frame, then the surfaces in their order, each cut out where a mask (an
 * overlay drawn by Ink) lies above it. Halves of wide glyphs left over at the cuts become blanks.
 */
export function composeRow(
  target: CellGrid,
  base: CellGrid,
  surfaces: readonly Surface[],
  masks: readonly Rect[],
  row: number,
): void {
  const { columns } = target;
  const offset = row * columns;
  if (row < base.rows && base.columns === columns) copyCells(base, offset, target, offset, columns);
  for (const surface of surfaces) {
    const { rect, grid } = surface;
    if (row < rect.row || row >= rect.row + rect.rows) continue;
    const from = Math.max(0, rect.column);
    const to = Math.min(columns, rect.column + rect.columns);
    for (const [start, end] of uncovered(from, to, surface.layer > 0 ? [] : masks, row)) {
      copyCells(
        grid,
        (row - rect.row) * grid.columns + start - rect.column,
        target,
        offset + start,
        end - start,
      );
    }
  }
  mendHalves(target, offset);
}

/** The parts of `[from, to)` no mask covers in this row. */
function uncovered(from: number, to: number, masks: readonly Rect[], row: number): [number, number][] {
  let parts: [number, number][] = [[from, to]];
  for (const mask of masks) {
    if (row < mask.row || row >= mask.row + mask.rows) continue;
    const left = mask.column;
    const right = mask.column + mask.columns;
    parts = parts.flatMap(([start, end]): [number, number][] => {
      const kept: [number, number][] = [
        [start, Math.min(end, left)],
        [Math.max(start, right), end],
      ];
      return kept.filter((part) => part[1] > part[0]);
    });
  }
  return parts;
}

function mendHalves(grid: CellGrid, offset: number): void {
  const { glyphs, attributes, columns } = grid;
  for (let column = 0; column < columns; column += 1) {
    const at = offset + column;
    const wide = ((attributes[at] as number) & wideFlag) !== 0;
    if (wide && column + 1 < columns && glyphs[at + 1] === '') {
      column += 1;
    } else if (wide || glyphs[at] === '') {
      glyphs[at] = ' ';
      attributes[at] = (attributes[at] as number) & ~(wideFlag | 128);
    }
  }
}
