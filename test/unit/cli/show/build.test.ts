import { describe, expect, it } from 'vitest';
import type { BuildOutcome } from '../../../../src/app/commands/outcome.ts';
import { GantryError } from '../../../../src/base/gantry-error.ts';
import { buildBoard } from '../../../../src/cli/show/build-board.ts';
import { lineCutter } from '../../../../src/cli/show/line-cutter.ts';
import { showBuild } from '../../../../src/cli/show/show-build.ts';
import { sourceExcerpt } from '../../../../src/cli/show/source-excerpt.ts';
import type { BuildEvent, BuildResult } from '../../../../src/engine/builds.ts';
import { startOperation } from '../../../../src/engine/start-operation.ts';
import { recordingHost } from '../../../support/recording-host.ts';
import { fakeImageId, fakeManifest } from '../../../support/sample-objects.ts';

const result: BuildResult = {
  imageId: fakeImageId('x'),
  manifest: fakeManifest,
  tags: ['web:1'],
  cachedSteps: 1,
  totalSteps: 2,
};
const vertex = (id: string, name: string) => ({ id, name, stage: '', inputs: [], position: undefined });
const events: readonly BuildEvent[] = [
  { kind: 'graph', vertices: [vertex('a', '[1/2] FROM debian'), vertex('b', '[2/2] RUN make')] },
  { kind: 'started', vertex: 'a', time: 1000 },
  { kind: 'cached', vertex: 'a' },
  { kind: 'completed', vertex: 'a', time: 1000 },
  { kind: 'started', vertex: 'b', time: 1000 },
  { kind: 'output', vertex: 'b', stream: 'stdout', data: Buffer.from('one\ntw') },
  { kind: 'output', vertex: 'b', stream: 'stderr', data: Buffer.from('o\n\u001b[31mthree\u001b[0m\n') },
];
const outcome = (
  progress: BuildOutcome['progress'],
  end: () => Promise<BuildResult> = async () => result,
  last: BuildEvent = { kind: 'completed', vertex: 'b', time: 3500 },
): BuildOutcome<BuildResult> => ({
  kind: 'build',
  dockerfile: { text: 'FROM debian\nRUN make\nCMD x\n' },
  operation: startOperation<BuildEvent, BuildResult>(async (emit) => {
    for (const event of [...events, last]) emit(event);
    return end();
  }),
  progress,
  told: ({ imageId, tags }) => (progress === 'quiet' ? [] : [`=> image ${imageId}`, ...tags]),
  next: async ({ imageId }) => ({ kind: 'lines', lines: [imageId] }),
});

describe('a build', () => {
  it('prints plain lines on stderr where there is no terminal', async () => {
    const host = recordingHost();
    await showBuild(host, outcome('auto'));
    const lines = host.printed.stderr.replace(/(#2) \d+\.\d{3}/g, '$1 T').split('\n');
    expect(lines).toEqual([
      '#1 [1/2] FROM debian',
      '#1 CACHED',
      '#2 [2/2] RUN make',
      '#2 T one',
      '#2 T two',
      '#2 T three',
      '#2 DONE 2.5s',
      `=> image ${result.imageId}`,
      'web:1',
      '',
    ]);
    expect(host.printed.stdout).toBe('');
  });

  it('says nothing when quiet', async () => {
    const host = recordingHost({ terminal: true });
    await showBuild(host, outcome('quiet'));
    expect(host.printed).toEqual({ stdout: '', stderr: '' });
  });

  it('prints every event as an object for programs', async () => {
    const host = recordingHost();
    await showBuild(host, outcome('rawjson'));
    const kinds = host.printed.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).kind);
    expect(kinds).toEqual([
      'graph',
      'started',
      'cached',
      'completed',
      'started',
      'output',
      'output',
      'completed',
    ]);
  });

  it('shows the end of the output of a step that failed, and its place', async () => {
    const host = recordingHost({ terminal: true });
    const failing = outcome(
      'auto',
      async () => {
        throw new GantryError({
          kind: 'failed',
          code: 'build-step-failed',
          message: 'exit code: 2',
          details: { status: 2, position: { file: 'Dockerfile', line: 2, column: 1, endLine: 2 } },
        });
      },
      { kind: 'failed', vertex: 'b', time: 2000, message: 'exit code: 2' },
    );
    await expect(showBuild(host, failing)).rejects.toThrow('exit code: 2');
    expect(host.printed.stderr).toContain(' > [2/2] RUN make:\none\ntwo\nthree\n------\n');
    expect(host.printed.stderr).toContain(
      'Dockerfile:2\n--------------------\n   1 |     FROM debian\n   2 | >>> RUN make\n',
    );
    expect(host.printed.stderr).not.toContain('\u001b[31m');
  });
});

describe('the board of a build', () => {
  it('shows steps that began, with the newest output of those at work', () => {
    const board = buildBoard();
    for (const event of events) board.take(event);
    const [header, ...lines] = board.lines(2500);
    expect(header).toMatch(/^\[\+\] Building .*s \(1\/2\)$/);
    expect(lines).toEqual([
      ' => CACHED [1/2] FROM debian',
      ' => [2/2] RUN make  1.5s',
      ' => => # one',
      ' => => # two',
      ' => => # three',
    ]);
    board.take({ kind: 'completed', vertex: 'b', time: 4000 });
    expect(board.lines(9999).slice(1)).toEqual([' => CACHED [1/2] FROM debian', ' => [2/2] RUN make  3.0s']);
  });

  it('tells what was broken off', () => {
    const board = buildBoard();
    for (const event of events) board.take(event);
    board.stop();
    expect(board.lines(2000).at(-1)).toMatch(/^ => CANCELED \[2\/2\] RUN make/);
  });
});

describe('output in lines', () => {
  it('joins what was cut, and shows what a progress bar ended with', () => {
    const cut = lineCutter();
    expect(cut(Buffer.from('a'))).toEqual([]);
    expect(cut(Buffer.from('b\r\n10%\r50%\r100%\nx'))).toEqual(['ab', '100%']);
    const snowman = Buffer.from('☃\n');
    expect(cut(snowman.subarray(0, 1))).toEqual([]);
    expect(cut(snowman.subarray(1))).toEqual(['x☃']);
  });

  it('never keeps a line without an end', () => {
    const cut = lineCutter();
    expect(cut(Buffer.alloc(20_000, 'x'))).toEqual(['x'.repeat(20_000)]);
    expect(cut(Buffer.from('y\n'))).toEqual(['y']);
  });
});

it('shows no place where there is none to show', async () => {
  const text = { text: 'FROM x\n' };
  expect(await sourceExcerpt(text, undefined)).toEqual([]);
  expect(await sourceExcerpt({ path: '/nope' }, { file: 'Dockerfile', line: 1, endLine: 1 })).toEqual([]);
  expect(await sourceExcerpt(text, { file: 7, line: 1 })).toEqual([]);
  expect(await sourceExcerpt(text, { file: 'D', line: 1 })).toContain('   1 | >>> FROM x');
});
