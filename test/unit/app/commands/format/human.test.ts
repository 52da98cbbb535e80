import { describe, expect, it } from 'vitest';
import { ellipsis } from '../../../../../src/app/commands/format/ellipsis.ts';
import { humanAge, humanDuration } from '../../../../../src/app/commands/format/human-duration.ts';
import { binarySize, humanSize } from '../../../../../src/app/commands/format/human-size.ts';
import { labelList } from '../../../../../src/app/commands/format/label-list.ts';
import { localIsoTime, localTime } from '../../../../../src/app/commands/format/local-time.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('a duration in words', () => {
  it.each([
    [0, 'Less than a second'],
    [1000, '1 second'],
    [59_999, '59 seconds'],
    [minute, 'About a minute'],
    [46 * minute, '46 minutes'],
    [hour, 'About an hour'],
    [1.4 * hour, 'About an hour'],
    [1.6 * hour, '2 hours'],
    [47 * hour, '47 hours'],
    [3 * day, '3 days'],
    [15 * day, '2 weeks'],
    [70 * day, '2 months'],
    [729 * day, '24 months'],
    [800 * day, '2 years'],
  ])('%d ms is %s', (ms, words) => {
    expect(humanDuration(ms)).toBe(words);
  });

  it('is an age where it lies behind us', () => {
    const now = Date.parse('2026-03-01T12:00:00Z');
    expect(humanAge('2026-03-01T11:57:00.5Z', now)).toBe('2 minutes ago');
    expect(humanAge('2026-03-01T12:00:09Z', now)).toBe('Less than a second ago');
    expect(humanAge('1970-01-01T00:00:00Z', now)).toBe('N/A');
    expect(humanAge(undefined, now)).toBe('');
    expect(humanAge('rubbish', now)).toBe('');
  });
});

describe('a size in words', () => {
  it.each([
    [0, '0B', '0B'],
    [999, '999B', '999B'],
    [1240, '1.24kB', '1.24kB'],
    [1_000_000, '1MB', '1MB'],
    [93_345_678, '93.3MB', '93.35MB'],
    [999_999, '1e+03kB', '1000kB'],
    [1_234_567_890_123, '1.23TB', '1.235TB'],
  ])('%d bytes is %s in a list and %s in a total', (bytes, list, total) => {
    expect(humanSize(bytes, 3)).toBe(list);
    expect(humanSize(bytes)).toBe(total);
  });

  it('counts memory in powers of two', () => {
    expect(binarySize(8_338_800_640)).toBe('7.766GiB');
    expect(binarySize(1024)).toBe('1KiB');
    expect(binarySize(512)).toBe('512B');
  });
});

it('cuts a long text and says so', () => {
  expect(ellipsis('abc', 3)).toBe('abc');
  expect(ellipsis('abcd', 3)).toBe('ab…');
  expect(ellipsis('👍👍👍', 3)).toBe('👍👍👍');
});

it('lists labels by their keys', () => {
  expect(labelList({ b: '2', a: '1=x' })).toBe('a=1=x,b=2');
});

it('tells a time in the zone of the process', () => {
  const shown = localTime('2026-03-01T12:00:00Z');
  expect(localTime('0001-01-01T12:00:00Z')).toMatch(/^0001-01-01 /);
  expect(shown).toMatch(/^2026-0[23]-\d\d \d\d:\d\d:00 [+-]\d{4} \S+$/);
  expect(Date.parse(shown.replace(/ (\d)/, 'T$1').replace(/ ([+-]\d\d)(\d\d) .*/, '$1:$2'))).toBe(
    Date.parse('2026-03-01T12:00:00Z'),
  );
  expect(Date.parse(localIsoTime('2026-03-01T12:00:00Z'))).toBe(Date.parse('2026-03-01T12:00:00Z'));
});
