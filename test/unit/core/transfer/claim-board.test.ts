import { describe, expect, it } from 'vitest';
import { ClaimBoard } from '../../../../src/core/transfer/claim-board.ts';

const whole = [{ start: 0, end: 100 }];

describe('the board of claims', () => {
  it('gives out the lowest bytes first, gap by gap', () => {
    const board = new ClaimBoard([
      { start: 10, end: 15 },
      { start: 40, end: 100 },
    ]);
    expect([board.claim(20), board.claim(20), board.claim(90), board.claim(1)]).toEqual([
      { at: 10, end: 15 },
      { at: 40, end: 60 },
      { at: 60, end: 100 },
      undefined,
    ]);
  });

  it('takes back what was given up, and what the first asked for too much', () => {
    const board = new ClaimBoard(whole);
    const first = board.claim(Number.POSITIVE_INFINITY);
    expect(first).toEqual({ at: 0, end: 100 });
    (first as { at: number }).at = 30;
    board.bound(10);
    expect(first).toEqual({ at: 30, end: 40 });
    const second = board.claim(20);
    expect(second).toEqual({ at: 40, end: 60 });
    (second as { at: number }).at = 45;
    board.release(second as { at: number; end: number });
    expect(board.claim(100)).toEqual({ at: 45, end: 60 });
  });

  it('gives what was taken and not brought back to whom it was taken from', () => {
    const board = new ClaimBoard(whole);
    const first = board.claim(Number.POSITIVE_INFINITY);
    const taken = board.steal(1);
    expect(first).toEqual({ at: 0, end: 50 });
    board.release(taken as { at: number; end: number });
    expect(first).toEqual({ at: 0, end: 100 });
    expect(board.claim(1)).toBeUndefined();
  });

  it('lets who has nothing take half of what most is left of, unless that is too little', () => {
    const board = new ClaimBoard(whole);
    const first = board.claim(20);
    const second = board.claim(80);
    expect(board.steal(10)).toEqual({ at: 60, end: 100 });
    expect(second).toEqual({ at: 20, end: 60 });
    expect(board.steal(21)).toBeUndefined();
    expect(first).toEqual({ at: 0, end: 20 });
  });
});
