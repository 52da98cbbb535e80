import { describe, expect, it } from 'vitest';
import { findMatches } from '../../../../src/tui/view/find-matches.ts';
import { moveSelection, scrolledTop, selectedIndex, toggleMark } from '../../../../src/tui/view/list-view.ts';
import { matchesFilter } from '../../../../src/tui/view/matches-filter.ts';
import { shortAge, shortPorts, shortStatus } from '../../../../src/tui/view/short-text.ts';
import type { ListView } from '../../../../src/tui/view/view-state.ts';
import { sampleContainers } from '../../../support/sample-objects.ts';

const view: ListView = { selected: 'b', index: 1, filter: '', marked: [] };

describe('selection', () => {
  it('stays on its row while the list changes around it', () => {
    expect(selectedIndex(view, ['x', 'y', 'b'])).toBe(2);
  });

  it('takes the place of a row that is gone', () => {
    expect(selectedIndex(view, ['a', 'c', 'd'])).toBe(1);
    expect(selectedIndex({ ...view, index: 9 }, ['a', 'c'])).toBe(1);
    expect(selectedIndex(view, [])).toBe(-1);
  });

  it('moves within the list and no further', () => {
    const keys = ['a', 'b', 'c'];
    expect(moveSelection(view, keys, { by: 1 }).selected).toBe('c');
    expect(moveSelection(view, keys, { by: 100 }).selected).toBe('c');
    expect(moveSelection(view, keys, { to: 'first' }).selected).toBe('a');
    expect(moveSelection(view, keys, { key: 'c' })).toMatchObject({ selected: 'c', index: 2 });
    expect(moveSelection(view, keys, { key: 'gone' })).toBe(view);
    expect(moveSelection(view, [], { by: 1 })).toBe(view);
  });

  it('scrolls as little as it can', () => {
    expect(scrolledTop(0, 5, 4, 10)).toBe(2);
    expect(scrolledTop(2, 3, 4, 10)).toBe(2);
    expect(scrolledTop(5, 3, 4, 10)).toBe(3);
    expect(scrolledTop(9, 9, 20, 10)).toBe(0);
  });
});

describe('marks', () => {
  it('are set and taken away row by row, on the way down', () => {
    const keys = ['a', 'b', 'c'];
    const marked = toggleMark(view, keys);
    expect(marked).toMatchObject({ marked: ['b'], selected: 'c' });
    expect(toggleMark(toggleMark(marked, keys), keys)).toMatchObject({ marked: ['b'], selected: 'c' });
  });

  it('of rows that have gone are forgotten', () => {
    expect(toggleMark({ ...view, marked: ['gone', 'a'] }, ['a', 'b'])).toMatchObject({ marked: ['a', 'b'] });
    expect(toggleMark(view, [])).toBe(view);
  });
});

describe('filters', () => {
  it('want every word, in any text, whatever the case; ! leaves out', () => {
    expect(matchesFilter('WEB run', 'web:1', 'running')).toBe(true);
    expect(matchesFilter('web !run', 'web:1', 'running')).toBe(false);
    expect(matchesFilter('web !', 'web:1')).toBe(true);
    expect(matchesFilter('', 'x')).toBe(true);
  });
});

describe('search', () => {
  it('minds the case only where a capital was typed', () => {
    expect(findMatches('Error: error', 'error')).toEqual([
      { from: 0, to: 5 },
      { from: 7, to: 12 },
    ]);
    expect(findMatches('Error: error', 'Error')).toEqual([{ from: 0, to: 5 }]);
    expect(findMatches('x', '')).toEqual([]);
  });
});

describe('short words', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');

  it.each([
    ['2026-03-01T11:59:58Z', 'now'],
    ['2026-03-01T11:59:20Z', '40s'],
    ['2026-03-01T11:57:00Z', '3m'],
    ['2026-02-27T12:00:00Z', '2d'],
    ['2025-01-01T00:00:00Z', '1y'],
    ['2027-01-01T00:00:00Z', 'now'],
    ['nonsense', ''],
    [undefined, ''],
  ])('%s is %s ago', (time, age) => {
    expect(shortAge(time, now)).toBe(age);
  });

  it('say what a container does', () => {
    expect(sampleContainers().map((container) => shortStatus(container, now))).toEqual([
      'up 3m',
      'up 3h healthy',
      'paused',
      'exited (1) 1d',
      'created',
    ]);
  });

  it('name published ports once', () => {
    const port = { protocol: 'tcp', containerPort: 80, hostPort: 8080 } as const;
    expect(
      shortPorts(
        [
          { ...port, hostAddress: '0.0.0.0' },
          { ...port, hostAddress: '::' },
          { ...port, protocol: 'udp', hostAddress: '127.0.0.1' },
          { ...port, hostAddress: '', hostPort: 0 },
        ],
        40,
      ),
    ).toBe('8080→80 127.0.0.1:8080→80/udp');
  });

  it('name as many ports as there is room for, and count the others', () => {
    const port = { protocol: 'tcp', hostAddress: '127.0.0.1' } as const;
    const ports = [80, 443, 8443].map((containerPort) => ({
      ...port,
      containerPort,
      hostPort: containerPort + 1,
    }));
    expect([80, 30, 20, 12, 8, 5].map((width) => shortPorts(ports, width))).toEqual([
      '127.0.0.1:81→80 127.0.0.1:444→443 127.0.0.1:8444→8443',
      '81→80 444→443 8444→8443',
      '81→80 444→443 +1',
      '81→80 +2',
      '81→80 +2',
      '81→80',
    ]);
  });
});
