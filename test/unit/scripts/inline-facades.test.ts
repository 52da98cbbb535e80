import type { OutputChunk } from 'rolldown';
import { expect, it } from 'vitest';
import { inlineFacades } from '../../../scripts/build/inline-facades.ts';

const chunk = (fileName: string, code: string, isEntry = false) =>
  ({ fileName, code, isEntry }) as OutputChunk;

it('turns an import of a file that passes names on into one of the file that has them', () => {
  const files = inlineFacades([
    chunk(
      'main.js',
      'const { list } = await import("./list-12345678.js"); await import("./far-12345678.js");',
      true,
    ),
    chunk('list-12345678.js', 'export { b as list, x as listAll, same } from "./base-12345678.js";\n'),
    chunk('base-12345678.js', 'export { b, x, same };'),
    chunk('far-12345678.js', 'export const far = 1;'),
  ]);
  expect(files.map((file) => file.fileName)).toEqual(['main.js', 'base-12345678.js', 'far-12345678.js']);
  expect(files[0]?.code).toBe(
    'const { list } = await import("./base-12345678.js").then((m) => ({ list: m.b, listAll: m.x, same: m.same }));' +
      ' await import("./far-12345678.js");',
  );
});

it('leaves entries and files with anything else in them', () => {
  const files = [
    chunk('plugin.js', 'export { a as b } from "./base-12345678.js";', true),
    chunk('x-12345678.js', 'sideEffect();\nexport { a as b } from "./base-12345678.js";'),
  ];
  expect(inlineFacades(files).map((file) => file.code)).toEqual(files.map((file) => file.code));
});
