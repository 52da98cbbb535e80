import { expect, it } from 'vitest';
import { withShortIds } from '../../../../../src/app/commands/present/with-short-ids.ts';

it('a line to be read has its IDs short, and all other words whole', () => {
  const id = '0123456789abcdef'.repeat(4);
  expect(withShortIds(`deleted: sha256:${id}`)).toBe('deleted: sha256:0123456789ab');
  expect(withShortIds(id)).toBe('0123456789ab');
  expect(withShortIds(`${id}0 my-volume`)).toBe(`${id}0 my-volume`);
});
