import type { Rect } from '../paint/rect.ts';
import type { Proposal } from './proposals.ts';

/** Where proposals show: above the field at the bottom, as high as there are some. */
export function proposalsRect(items: readonly Proposal[], columns: number, rows: number): Rect | undefined {
  const shown = Math.min(items.length, rows - 3);
  if (shown <= 0) return undefined;
  return { column: 1, row: rows - 2 - shown, columns: Math.min(80, columns - 2), rows: shown };
}
