import { describe, expect, it } from 'vitest';
import { imageTree } from '../../../../../src/app/commands/image/image-tree.ts';
import type { ImageSummary } from '../../../../../src/engine/images.ts';
import { sampleImages } from '../../../../support/sample-objects.ts';

function image(change: Partial<ImageSummary>): ImageSummary {
  return { ...(sampleImages()[0] as ImageSummary), ...change };
}

describe('imageTree', () => {
  it('draws shared layers once, with their own sizes, and images where they stand', () => {
    const layer = (letter: string): string => `sha256:${letter.repeat(64)}`;
    const images = [
      image({ names: ['web:1', 'web:latest'], layers: ['a', 'b', 'c'].map(layer), sizeBytes: 3000 }),
      image({ names: ['db:1'], layers: ['a', 'b'].map(layer), sizeBytes: 2000 }),
      image({ names: [], layers: ['d'].map(layer), sizeBytes: 5_000_000 }),
    ];
    const bytes = new Map(['a', 'b', 'c', 'd'].map((letter, at) => [layer(letter), 1000 ** (at + 1)]));
    const lines = imageTree(images, bytes).map((line) => line.replace(/\([0-9a-f]{12}\)/, '(ID)'));
    expect(lines.map((line) => line.replace(/ {3,}/g, '   '))).toEqual([
      'aaaaaaaaaaaa   1kB',
      'bbbbbbbbbbbb   1MB',
      '├─ db:1 (ID)   2kB',
      '└─ cccccccccccc   1GB',
      '   └─ web:1 (ID)   3kB',
      '   web:latest (ID)',
      'dddddddddddd   1TB',
      '└─ <none> (ID)   5MB',
    ]);
  });
});
