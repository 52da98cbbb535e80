import { expect, it } from 'vitest';
import { imagesSize } from '../../../../src/app/state/images-size.ts';

const image = (id: string, layers: readonly string[], sizeBytes: number) => ({ id, layers, sizeBytes });
const layer = (sizeBytes: number) => ({ sizeBytes, instruction: '' });

it('counts a layer that images share once, and the same layer upon others again', () => {
  const images = [image('a', ['base', 'x'], 110), image('b', ['base', 'y'], 101), image('c', ['x'], 10)];
  const details = { a: [layer(100), layer(10)], b: [layer(100), layer(1)], c: [layer(10)] };
  expect(imagesSize(images, details)).toBe(100 + 10 + 1 + 10);
});

it('counts an image whole while its layers are not known', () => {
  const images = [image('a', ['base', 'x'], 110), image('b', ['base', 'y'], 101)];
  expect(imagesSize(images, { a: [layer(100), layer(10)] })).toBe(110 + 101);
  expect(imagesSize([], {})).toBe(0);
});
