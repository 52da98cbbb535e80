import { expect, test } from 'vitest';
import { generateName } from '../../../../src/core/containers/generate-name.ts';

const id = '0123456789abcdef'.repeat(4);

test('a generated name is adjective_surname and a legal name', () => {
  for (let round = 0; round < 200; round += 1) {
    expect(generateName(id, () => false)).toMatch(/^[a-z]+_[a-z]+$/);
  }
});

test('a taken name is tried again', () => {
  const refused: string[] = [];
  const name = generateName(id, (candidate) => refused.length < 3 && refused.push(candidate) > 0);
  expect(refused).toHaveLength(3);
  expect(name).toMatch(/_/);
});

test('after six taken names the short ID serves', () => {
  expect(generateName(id, () => true)).toBe(id.slice(0, 12));
});
