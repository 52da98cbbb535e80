import { expect, it } from 'vitest';
import { type LayerRow, layerGraph } from '../../../../src/app/state/layer-graph.ts';
import { sampleImage, sampleImages } from '../../../support/sample-objects.ts';

const draw = (rows: readonly LayerRow[]): string[] =>
  rows.map((row) => `${row.guide}${row.kind === 'image' ? row.name : `layer x${row.images.length}`}`);

it('draws images that share layers on one branch', () => {
  expect(draw(layerGraph(sampleImages()))).toEqual([
    'layer x4',
    '├─ debian:12',
    '├─ layer x2',
    '│  ├─ layer x1',
    '│  │  └─ web:1',
    '│  └─ layer x1',
    '│     layer x1',
    '│     └─ 127.0.0.1:5000/team/api:2.4',
    '└─ layer x1',
    '   └─ <none>',
    'layer x1',
    '└─ busybox:1.36',
  ]);
});

it('keeps an image without layers', () => {
  expect(draw(layerGraph([sampleImage('empty', ['scratch:1'], [], 0, '2026-01-01T00:00:00Z', 0)]))).toEqual([
    'scratch:1',
  ]);
});

it('gives every row a key of its own, also when one image holds the same layer twice', () => {
  const twice = sampleImage(
    'twice',
    ['twice:1'],
    ['sha256:aaaaaaaaaaaaaaaa', 'sha256:aaaaaaaaaaaaaaaa'],
    1,
    '2026-01-01T00:00:00Z',
    0,
  );
  const keys = layerGraph([...sampleImages(), twice]).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
});
