import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultSizes, movedFraction } from '../../../../src/tui/layout/layout-sizes.ts';
import { type LayoutInput, solveLayout } from '../../../../src/tui/layout/solve-layout.ts';

const input: LayoutInput = {
  columns: 120,
  rows: 40,
  sizes: defaultSizes,
  terminals: [],
  focus: 'containers',
  zoomed: false,
  slot: 'images',
} as const;

describe('layout', () => {
  it('has no room below 40x8, and one pane below 60x15', () => {
    expect(solveLayout({ ...input, columns: 39 })).toBeUndefined();
    expect(solveLayout({ ...input, rows: 7 })).toBeUndefined();
    for (const size of [{ columns: 40, rows: 8 }, { columns: 59 }, { rows: 14 }]) {
      expect([...(solveLayout({ ...input, ...size })?.panes.keys() ?? [])]).toEqual(['containers']);
    }
    expect(solveLayout({ ...input, columns: 60, rows: 15 })?.panes.size).toBe(4);
  });

  it('covers the screen without a gap or an overlap, whatever is open', () => {
    const fraction = fc.integer({ min: 20, max: 80 }).map((percent) => percent / 100);
    const any = fc.record({
      columns: fc.integer({ min: 60, max: 250 }),
      rows: fc.integer({ min: 15, max: 100 }),
      sizes: fc.record({ left: fraction, upperLeft: fraction, upperRight: fraction, charts: fc.boolean() }),
      shells: fc.integer({ min: 0, max: 6 }),
      zoomed: fc.boolean(),
    });
    fc.assert(
      fc.property(any, ({ columns, rows, sizes, shells, zoomed }) => {
        const terminals = Array.from({ length: shells }, (_, index) => `terminal-${index}` as const);
        const focus = terminals.at(-1) ?? 'logs';
        const layout = solveLayout({ columns, rows, sizes, terminals, focus, zoomed, slot: 'volumes' });
        const covered = new Uint8Array(columns * rows);
        for (const rect of layout?.panes.values() ?? []) {
          expect(rect.rows).toBeGreaterThanOrEqual(3);
          for (let row = rect.row; row < rect.row + rect.rows; row += 1) {
            for (let at = 0; at < rect.columns; at += 1) covered[row * columns + rect.column + at]! += 1;
          }
        }
        const body = covered.subarray(columns, columns * (rows - 2));
        expect(body.every((times) => times === 1)).toBe(true);
        expect(covered.reduce((sum, times) => sum + times, 0)).toBe(columns * (rows - 3));
        expect(layout?.panes.has(focus)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('gives a zoomed pane everything', () => {
    const panes = solveLayout({ ...input, zoomed: true })?.panes;
    expect([...(panes ?? [])]).toEqual([['containers', { column: 0, row: 1, columns: 120, rows: 37 }]]);
  });

  it('drops charts, then the log, where shells need the room', () => {
    const charts = { ...defaultSizes, charts: true };
    const ids = (rows: number, terminals: LayoutInput['terminals']): string[] => [
      ...(solveLayout({ ...input, rows, sizes: charts, terminals })?.panes.keys() ?? []),
    ];
    expect(ids(40, [])).toEqual(['images', 'layers', 'containers', 'charts', 'logs']);
    expect(ids(24, ['terminal-1'])).toEqual(['images', 'layers', 'containers', 'logs', 'terminal-1']);
    expect(ids(16, ['terminal-1'])).toEqual(['images', 'layers', 'containers', 'terminal-1']);
  });

  it('keeps every pane usable however often a border is moved', () => {
    let fraction = 0.5;
    for (let step = 0; step < 50; step += 1) fraction = movedFraction(fraction, 0.06);
    expect(fraction).toBe(0.8);
  });
});
