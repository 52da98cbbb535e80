import { describe, expect, it } from 'vitest';
import { fetchPace } from '../../../../src/core/transfer/fetch-pace.ts';

const mebibyte = 1024 ** 2;

/** Seconds of a link that gives each connection so much, and all together no more than `most`. */
function drive(each: number, most: number, leftBytes: number, seconds: number): readonly number[] {
  let nowMs = 0;
  const pace = fetchPace(() => nowMs);
  let connections = 1;
  const history = [connections];
  for (let second = 0; second < seconds; second += 1) {
    pace.count(Math.min(connections * each, most));
    nowMs += 1000;
    connections = pace.wanted(connections, leftBytes);
    history.push(connections);
  }
  return history;
}

describe('the pace of a fetch', () => {
  it('doubles connections as long as each brings its share', () => {
    expect(drive(mebibyte, 100 * mebibyte, 500 * mebibyte, 5)).toEqual([1, 2, 4, 8, 8, 8]);
  });

  it('stops where the link is full', () => {
    expect(drive(mebibyte, 2 * mebibyte, 500 * mebibyte, 5)).toEqual([1, 2, 4, 4, 4, 4]);
    expect(drive(mebibyte, mebibyte, 500 * mebibyte, 5)).toEqual([1, 2, 2, 2, 2, 2]);
  });

  it('stays with one where that is fast, and where little is left', () => {
    expect(drive(300 * mebibyte, 300 * mebibyte, 5000 * mebibyte, 3)).toEqual([1, 1, 1, 1]);
    expect(drive(mebibyte, 100 * mebibyte, mebibyte, 3)).toEqual([1, 1, 1, 1]);
  });

  it('asks for some seconds of what a connection brings at once', () => {
    let nowMs = 0;
    const pace = fetchPace(() => nowMs);
    expect(pace.pieceBytes(1)).toBe(mebibyte);
    pace.count(4 * mebibyte);
    nowMs = 1000;
    pace.wanted(1, 100 * mebibyte);
    expect(pace.pieceBytes(2)).toBe(6 * mebibyte);
  });
});
