import fc from 'fast-check';
import { expect, test } from 'vitest';
import { replaceNamesBlock } from '../../../../src/core/containers/names-block.ts';

test('a block of names is put at the end, replaced, and taken away without a trace', () => {
  const base = '127.0.0.1\tlocalhost\n';
  const one = replaceNamesBlock(base, ['10.0.0.2\tweb']);
  expect(one).toBe(`${base}# Names on its networks, kept by gantry\n10.0.0.2\tweb\n# End of names\n`);
  expect(replaceNamesBlock(one, ['10.0.0.3\tdb'])).toBe(one.replace('10.0.0.2\tweb', '10.0.0.3\tdb'));
  expect(replaceNamesBlock(one, [])).toBe(base);
  expect(replaceNamesBlock(`${one}1.2.3.4\tmine\n`, [])).toBe(`${base}1.2.3.4\tmine\n`);
});

test('what a container wrote around the block stays', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      fc.pre(!`${before}${after}`.includes('# '));
      const block = replaceNamesBlock(before === '' ? '' : `${before}\n`, ['10.0.0.2\tweb']);
      const cleared = replaceNamesBlock(`${block}${after}`, []);
      expect(cleared).toBe(`${before === '' ? '' : `${before}\n`}${after}`);
    }),
  );
});
