import { expect, test } from 'vitest';
import { logSettings, logWarnings } from '../../../../src/core/containers/log-files.ts';

test('a log is bounded unless somebody says otherwise', () => {
  expect(logSettings({})).toEqual({ maxBytes: 200 << 20, files: 6, isChosen: false });
  expect(logSettings({ logDriver: 'local' })).toEqual({ maxBytes: 20 << 20, files: 5, isChosen: true });
  expect(logSettings({ logOptions: { 'max-size': '1m' } })).toEqual({
    maxBytes: 1 << 20,
    files: 1,
    isChosen: true,
  });
  expect(logSettings({ logOptions: { 'max-size': '1m', 'max-file': '3' } })).toMatchObject({ files: 3 });
  expect(logSettings({ logOptions: { 'max-size': '-1' } })).toMatchObject({ maxBytes: undefined });
  expect(logSettings({ logDriver: 'none' })).toBeUndefined();
});

test.each([
  [{ logDriver: 'journald' }, "no log driver named 'journald' is registered"],
  [{ logOptions: { 'max-sise': '1m' } }, "unknown log opt 'max-sise' for json-file log driver"],
  [{ logOptions: { 'max-file': '0' } }, 'invalid value for max-file: "0"'],
  [{ logOptions: { 'max-size': 'much' } }, "invalid value for max-size: invalid size: 'much'"],
])('%j is refused', (spec, message) => expect(() => logSettings(spec)).toThrow(message));

test('what does nothing is told', () => {
  expect(logWarnings({ logOptions: { 'max-size': '1m', 'max-file': '5' } })).toEqual([]);
  expect(logWarnings({ logOptions: { 'max-file': '5', tag: 'x' } })).toEqual([
    'log opt tag has no effect here',
  ]);
});
