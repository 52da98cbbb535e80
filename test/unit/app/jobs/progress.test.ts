import { describe, expect, it } from 'vitest';
import { applyBuildEvent, buildFraction, noBuild } from '../../../../src/app/jobs/build-progress.ts';
import { jobLine } from '../../../../src/app/jobs/job-line.ts';
import {
  applyTransferEvent,
  type LayerPhase,
  noTransfer,
  secondsLeft,
  transferFraction,
  transferRate,
} from '../../../../src/app/jobs/transfer-progress.ts';

const layer = (id: string, phase: LayerPhase, doneBytes = 0, totalBytes?: number) =>
  ({ kind: 'layer', layer: id, phase, doneBytes, totalBytes }) as const;

describe('transfer progress', () => {
  it('keeps layers in the order they were heard of, each with its newest phase', () => {
    const progress = [
      layer('a', 'waiting', 0, 100),
      layer('b', 'waiting', 0, 300),
      layer('a', 'extracting', 50),
    ].reduce(applyTransferEvent, noTransfer);
    expect(progress.layers.map(({ layer: id, phase, totalBytes }) => [id, phase, totalBytes])).toEqual([
      ['a', 'extracting', 100],
      ['b', 'waiting', 300],
    ]);
  });

  it('weighs layers by their bytes', () => {
    const progress = [layer('a', 'done', 100, 100), layer('b', 'downloading', 150, 300)].reduce(
      applyTransferEvent,
      noTransfer,
    );
    expect(transferFraction(progress)).toBeCloseTo((100 + 300 * 0.25) / 400);
  });

  it('tells the rate of what moves over the network, and how long a layer still takes', () => {
    const progress = [
      { ...layer('a', 'downloading', 100, 400), bytesPerSecond: 50 },
      { ...layer('b', 'extracting', 100, 400), bytesPerSecond: 900 },
      { ...layer('c', 'downloading', 1, 2), bytesPerSecond: 10 },
      layer('d', 'waiting', 0, 400),
    ].reduce(applyTransferEvent, noTransfer);
    expect(transferRate(progress)).toBe(60);
    expect(progress.layers.map(secondsLeft)).toEqual([6, 300 / 900, 0.1, undefined]);
  });

  it('lets a push that has to compress first go on from there, without a step back', () => {
    const events = [
      layer('a', 'preparing', 100, 400),
      layer('a', 'preparing', 400, 400),
      layer('a', 'pushing', 0, 100),
      layer('a', 'pushing', 50, 100),
      layer('a', 'pushed', 100, 100),
    ];
    const fractions = events.map((_, index) =>
      transferFraction(events.slice(0, index + 1).reduce(applyTransferEvent, noTransfer)),
    );
    expect(fractions).toEqual([0.125, 0.5, 0.5, 0.75, 1]);
  });

  it('never goes beyond the whole, nor divides by nothing', () => {
    expect(transferFraction(noTransfer)).toBe(0);
    expect(transferFraction([layer('a', 'pushing', 900, 100)].reduce(applyTransferEvent, noTransfer))).toBe(
      1,
    );
  });
});

describe('build progress', () => {
  const graph = {
    kind: 'graph',
    vertices: ['a', 'b'].map((id) => ({ id, name: `[${id}]`, stage: 's', inputs: [], position: undefined })),
  } as const;

  it('follows every step', () => {
    const progress = [
      graph,
      { kind: 'cached', vertex: 'a' } as const,
      { kind: 'started', vertex: 'b', time: 1000 } as const,
      { kind: 'failed', vertex: 'b', time: 3000, message: 'no\u001b[2Jway' } as const,
    ].reduce(applyBuildEvent, noBuild);
    expect(progress.steps.map(({ state }) => state)).toEqual(['cached', 'failed']);
    expect(progress.steps[1]).toMatchObject({ startedMs: 1000, endedMs: 3000, error: 'noway' });
    expect(buildFraction(progress)).toBe(0.5);
  });

  it('keeps what it knows of steps when the graph grows', () => {
    const grown = { ...graph, vertices: [...graph.vertices, { ...graph.vertices[0]!, id: 'c' }] };
    const progress = [graph, { kind: 'cached', vertex: 'a' } as const, grown].reduce(
      applyBuildEvent,
      noBuild,
    );
    expect(progress.steps.map(({ state }) => state)).toEqual(['cached', 'waiting', 'waiting']);
  });
});

it('writes command lines that a shell reads back the same', () => {
  expect(jobLine(['run', '-d', 'web:1', 'sh', '-c', "echo it's $HOME"])).toBe(
    "gantry run -d web:1 sh -c 'echo it'\\''s $HOME'",
  );
});
