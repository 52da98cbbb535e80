import { expect, it } from 'vitest';
import { importsOf } from '../../support/read-imports.ts';

it('finds every way to write an import, and none in a comment', () => {
  const text = `
import { a } from './a.ts';
import type { B } from '../b.ts';
import {
  c,
  type D,
} from "node:fs/promises";
export { e } from './e.ts';
export type { F } from 'lodash/fp';
import './g.ts';
import H, * as rest from '@xterm/headless/lib/x.js';
const i = await import('./i.tsx');
// import { no } from './no.ts';
/** {@link import('./no.ts')} */
const text = "import it from a shop";
`;
  expect(importsOf('src/x/y.ts', text).map(({ to, typeOnly, lazy }) => [to, typeOnly, lazy])).toEqual([
    ['src/x/a.ts', false, false],
    ['src/b.ts', true, false],
    ['node:fs/promises', false, false],
    ['src/x/e.ts', false, false],
    ['lodash', true, false],
    ['src/x/g.ts', false, false],
    ['@xterm/headless', false, false],
    ['src/x/i.tsx', false, true],
  ]);
});
