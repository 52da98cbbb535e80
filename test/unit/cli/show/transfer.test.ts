import { describe, expect, it } from 'vitest';
import type { TransferOutcome } from '../../../../src/app/commands/outcome.ts';
import { showTransfer } from '../../../../src/cli/show/show-transfer.ts';
import { transferLine } from '../../../../src/cli/show/transfer-line.ts';
import { startOperation } from '../../../../src/engine/start-operation.ts';
import type { TransferEvent } from '../../../../src/engine/transfer-events.ts';
import { Emulator } from '../../../support/emulator.ts';
import { recordingHost } from '../../../support/recording-host.ts';

const layer = (
  phase: Extract<TransferEvent, { kind: 'layer' }>['phase'],
  doneBytes = 0,
  totalBytes?: number,
) => ({ kind: 'layer', layer: '0123456789ab', phase, doneBytes, totalBytes }) as const;

/** What of an output a person sees at its end. */
async function seen(output: string): Promise<readonly string[]> {
  const emulator = new Emulator(80, 24);
  emulator.write(output.replaceAll('\n', '\r\n'));
  await emulator.settle();
  return emulator.text().trimEnd().split('\n');
}

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

  it('is a shorter bar on a narrow terminal, so that the figures stay', () => {
    const slow = { ...layer('downloading', 123_456_789, 987_654_321), bytesPerSecond: 1_234_567 };
    for (const columns of [80, 100, 120]) {
      const line = transferLine(slow, { way: 'pull', bar: true, columns });
      expect(line.length).toBeLessThan(columns);
      expect(line).toMatch(/123\.5MB\/987\.7MB {2}1\.23MB\/s {2}11m\d\ds left$/);
    }
    expect(transferLine(slow, { way: 'pull', bar: true, columns: 20 })).toMatch(/\[[=> ]{10}\]/);
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

  it('of several images shows the layers of each with its own end', async () => {
    const several = () =>
      startOperation<TransferEvent, number>(async (emit) => {
        for (const tag of ['1', '2']) {
          emit({ kind: 'message', text: `${tag}: Pulling from web` });
          emit(layer('done', 3, 3));
          emit({ kind: 'message', text: `Digest: sha256:${tag}`, endsImage: true });
        }
        return 5;
      });
    const one = (tag: string) => [
      `${tag}: Pulling from web`,
      '0123456789ab: Pull complete',
      `Digest: sha256:${tag}`,
    ];
    const expected = [...one('1'), ...one('2')];
    const plain = recordingHost();
    await showTransfer(plain, outcome({ operation: several(), opening: undefined }));
    expect(plain.printed.stdout.trimEnd().split('\n')).toEqual(expected);
    const terminal = recordingHost({ terminal: true });
    await showTransfer(terminal, outcome({ operation: several(), opening: undefined }));
    expect(await seen(terminal.printed.stdout)).toEqual(expected);
  });

  it('fails as its operation does', async () => {
    const operation = startOperation<TransferEvent, number>(async () => {
      throw new Error('no route');
    });
    await expect(showTransfer(recordingHost(), outcome({ operation }))).rejects.toThrow('no route');
  });
});
