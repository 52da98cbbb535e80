import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cgroupFolders } from '../../../src/core/host/cgroups/cgroup-folders.ts';
import { processConfig } from '../../../src/core/runtime/spec/process-config.ts';
import type { ContainerSpec } from '../../../src/engine/containers.ts';
import { RuntimeStand } from '../../support/runtime-stand.ts';

describe.each(['crun', 'runc'] as const)('a build step run by %s', (kind) => {
  let stand: RuntimeStand;
  beforeAll(() => {
    stand = new RuntimeStand(kind);
  });
  afterAll(async () => {
    expect(stand.leftovers()).toEqual([]);
    await stand[Symbol.asyncDispose]();
  });

  async function step(
    spec: Omit<ContainerSpec, 'image'>,
    options: { readonly signal?: AbortSignal; readonly onText?: (text: string) => void } = {},
  ) {
    const { id, dir, rootfs } = stand.place();
    const made = await stand.runtime.stepSpec({
      id,
      process: processConfig({ image: '', ...spec }, undefined),
      hostname: 'buildkitsandbox',
      network: 'own',
      mounts: [],
    });
    const texts = { stdout: '', stderr: '' };
    const status = stand.runtime
      .runStep({
        id,
        dir,
        rootfs,
        spec: made,
        network: 'new',
        configureNetwork: undefined,
        signal: options.signal ?? new AbortController().signal,
        onOutput: (stream, data) => {
          texts[stream] += Buffer.from(data).toString();
          options.onText?.(texts.stdout);
        },
      })
      .finally(() => {
        expect(cgroupFolders(`/gantry/${id}`).filter((path) => existsSync(path))).toEqual([]);
      });
    return { status, texts, dir, id };
  }

  test('streams its output, gives back its status and leaves its files in the layer', async () => {
    const { status, texts, dir } = await step({
      command: ['sh', '-c', 'echo built > /made; echo out; echo err > /dev/stderr; exit 12'],
    });
    expect(await status).toBe(12);
    expect(texts).toEqual({ stdout: 'out\n', stderr: 'err\n' });
    expect(readFileSync(`${dir}/upper/made`, 'utf8')).toBe('built\n');
  });

  test('is ended, with all it started, by whoever finds that its gantry is dead', async () => {
    const started = Promise.withResolvers<void>();
    const { status, dir, id } = await step(
      { command: ['sh', '-c', 'setsid sleep 1000 & echo up; sleep 1000'] },
      { onText: () => started.resolve() },
    );
    await started.promise;
    await stand.runtime.endStep(id, dir);
    expect(await stand.runtime.processes(id)).toEqual([]);
    await status.catch(() => undefined);
  });

  test('says why it cannot start', async () => {
    const { status } = await step({ command: ['nothing-of-the-kind'] });
    await expect(status).rejects.toMatchObject({ kind: 'start', exitCode: 127 });
  });

  test('is killed with all it started when the build is cancelled', async () => {
    const controller = new AbortController();
    const { status } = await step(
      { command: ['sh', '-c', '(trap "" TERM; sleep 1000) & trap "" TERM; echo up; sleep 1000'] },
      { signal: controller.signal, onText: (text) => text.includes('up') && controller.abort() },
    );
    await expect(status).rejects.toMatchObject({ kind: 'cancelled' });
  });

  test('is stopped at whatever moment the build is cancelled', async () => {
    for (const delayMs of [0, 3, 8, 20]) {
      const { status } = await step({ command: ['sleep', '1000'] }, { signal: AbortSignal.timeout(delayMs) });
      await expect(status).rejects.toThrow();
    }
  });

  test('ends with what it started in the background', async () => {
    const { status, texts } = await step({ command: ['sh', '-c', 'sleep 1000 & echo done'] });
    expect(await status).toBe(0);
    expect(texts.stdout).toBe('done\n');
  });
});
