import { expect, it } from 'vitest';
import { pathBytes, pathText } from '../../../../src/core/host/path-text.ts';

it.each([
  ['ASCII', 'a/b c'],
  ['other UTF-8', 'grün/\u{1f600}/日本'],
  ['the replacement character itself', '\ufffd'],
  ['nothing', ''],
])('a path of %s is the text it is', (_what, text) => {
  expect(pathText(Buffer.from(text))).toBe(text);
  expect(pathBytes(text)).toBe(text);
});

it.each([
  ['a byte of latin1', 'caf\xe9'],
  ['bytes that begin a sequence and end the path', 'a\xf0\x9f\x98'],
  ['a surrogate as CESU-8 has it', '\xed\xa0\x80'],
  ['a sequence longer than it must be', '\xc0\xaf'],
  ['bytes before, between and after UTF-8', '\xff\xc3\xa9\x80/\xc3\xa9\xfe'],
])('a path with %s comes back byte for byte', (_what, latin1) => {
  const bytes = Buffer.from(latin1, 'latin1');
  expect(pathBytes(pathText(bytes))).toEqual(bytes);
});

it('paths of different bytes are different texts', () => {
  const all = Array.from({ length: 256 }, (_, byte) => pathText(Buffer.of(0x61, byte)));
  expect(new Set(all).size).toBe(256);
});
