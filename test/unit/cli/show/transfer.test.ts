import { describe, expect, it } from 'vitest';
import type { TransferOutcome } from '../../../../src/app/commands/outcome.ts';
import { showTransfer } from '../../../../src/cli/show/show-transfer.ts';
import { transferLine } from '../../../../src/cli/show/transfer-line.ts';
import { startOperation } from '../../../../src/engine/start-operation.ts';
import type { TransferEvent } from '../../../../src/engine/transfer-events.ts';
import { recordingHost } from '../../../support/recording-host.ts';

const layer = (
  phase: Extract<TransferEvent, { kind: 'layer' }>['phase'],
  doneBytes = 0,
  totalBytes?: number,
) => ({ kind: 'layer', layer: '0123456789ab', phase, doneBytes, totalBytes }) as const;

describe('a layer on its way', () => {
  it('is a bar where there is a total', () => {
    expect(transferLine(layer('downloading', 0, 100), { way: 'pull', bar: true })).toBe(
      `0123456789ab: Downloading [>${' '.repeat(49)}]  0B/100B`,
    );
    expect(transferLine(layer('extracting', 500_000, 1_000_000), { way: 'pull', bar: true })).toBe(
      `0123456789ab: Extracting [${'='.repeat(24)}>${' '.repeat(25)}]  500kB/1MB`,
    );
    expect(transferLine(layer('pushing', 7, 5), { way: 'pull', bar: true })).toContain(
      `[${'='.repeat(49)}>]  7B/5B`,
    );
    expect(transferLine(layer('downloading', 7), { way: 'pull', bar: true })).toBe(
      '0123456789ab: Downloading  7B',
    );
  });

  it('says how fast it goes, how long that takes, and where it came from', () => {
    const fast = { ...layer('downloading', 500_000, 1_000_000), bytesPerSecond: 4000 };
    expect(transferLine(fast, { way: 'pull', bar: true })).toMatch(/500kB\/1MB {2}4kB\/s {2}2m05s left$/);
    const still = { ...layer('pushing', 5), bytesPerSecond: 0 };
    expect(transferLine(still, { way: 'push', bar: true })).toBe('0123456789ab: Pushing  5B  0B/s');
    const mounted = { ...layer('mounted', 5, 5), from: 'team/web' };
    expect(transferLine(mounted, { way: 'push', bar: true })).toBe('0123456789ab: Mounted from team/web');
  });

  it('is called by the way it goes', () => {
    expect(transferLine(layer('exists'), { way: 'push', bar: false })).toContain('Layer already exists');
    expect(transferLine(layer('done'), { way: 'load', bar: false })).toContain('Loaded');
  });

  it('is a word elsewhere', () => {
    expect(transferLine(layer('done', 5, 5), { way: 'pull', bar: true })).toBe('0123456789ab: Pull complete');
    expect(transferLine(layer('downloading', 5, 5), { way: 'pull', bar: false })).toBe(
      '0123456789ab: Downloading',
    );
  });
});

describe('a transfer', () => {
  const outcome = (more: Partial<TransferOutcome> = {}): TransferOutcome => ({
    kind: 'transfer',
    way: 'pull',
    operation: startOperation<TransferEvent, number>(async (emit) => {
      emit({ kind: 'message', text: 'latest: Pulling from web\u001b[2J' });
      for (const done of [1, 2, 3]) emit(layer('downloading', done, 3));
      emit(layer('done', 3, 3));
      return 5;
    }),
    opening: 'Using default tag: latest',
    quiet: false,
    stream: 'stdout',
    next: async () => ({ kind: 'none' }),
    ...more,
  });

  it('prints a line for each change where there is no terminal', async () => {
    const host = recordingHost();
    expect(await showTransfer(host, outcome())).toEqual({ kind: 'none' });
    expect(host.printed.stdout.split('\n')).toEqual([
      'Using default tag: latest',
      'latest: Pulling from web',
      '0123456789ab: Downloading',
      '0123456789ab: Pull complete',
      '',
    ]);
  });

  it('says nothing when quiet', async () => {
    const host = recordingHost({ terminal: true });
    await showTransfer(host, outcome({ quiet: true, opening: undefined }));
    expect(host.printed).toEqual({ stdout: '', stderr: '' });
  });

  it('redraws in place on a terminal, and leaves the last state', async () => {
    const host = recordingHost({ terminal: true });
    await showTransfer(host, outcome({ stream: 'stderr' }));
    expect(host.printed.stdout).toBe('');
    expect(host.printed.stderr).not.toContain('\u001b[2J');
    expect(host.printed.stderr.trimEnd()).toMatch(/0123456789ab: Pull complete\u001b\[K\n\u001b\[J$/);
  });

  it('fails as its operation does', async () => {
    const operation = startOperation<TransferEvent, number>(async () => {
      throw new Error('no route');
    });
    await expect(showTransfer(recordingHost(), outcome({ operation }))).rejects.toThrow('no route');
  });
});
