import type { Rect } from '../paint/rect.ts';
import type { Proposal } from './proposals.ts';

/** Where proposals show: above the field at the bottom, as high as there are some. */
export function proposalsRect(items: readonly Proposal[], columns: number, rows: number): Rect | undefined {
  if (items.length === 0) return undefined;
  return { column: 1, row: rows - 2 - items.length, columns: Math.min(80, columns - 2), rows: items.length };
}
