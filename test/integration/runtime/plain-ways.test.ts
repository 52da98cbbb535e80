import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forceFreeState, freeState, hasState } from '../../../src/core/runtime/free-state.ts';
import { findOciProgram, type OciProgram, runOci } from '../../../src/core/runtime/oci-program.ts';
import { releaseByPipe, releaseStart } from '../../../src/core/runtime/release-start.ts';
import type { RuntimeSpec } from '../../../src/core/runtime/runtime-spec.ts';
import { processConfig } from '../../../src/core/runtime/spec/process-config.ts';
import { finished, RuntimeStand } from '../../support/runtime-stand.ts';
import { until } from '../../support/until.ts';

describe('where a shortcut does not work, the plain way does', () => {
  let stand: RuntimeStand;
  let program: OciProgram;
  beforeAll(() => {
    stand = new RuntimeStand('crun');
    program = findOciProgram(stand.folder.at('run'), 'crun');
  });
  afterAll(async () => {
    await until(() => stand.leftovers().length === 0).catch(() => expect(stand.leftovers()).toEqual([]));
    await stand[Symbol.asyncDispose]();
  });

  test('crun starts a container by its own command', async () => {
    const { id, dir } = await stand.create({ command: ['sh', '-c', 'echo started'] });
    const session = await stand.runtime.attach(id, dir, { tty: false, stdin: false });
    await releaseStart({ ...program, kind: 'runc' }, id);
    expect((await finished(session)).stdout).toBe('started\n');
    await stand.runtime.delete(id, dir);
  });

  test('a start without a waiting process is refused by the runtime, not taken for done', async () => {
    expect(releaseByPipe(stand.folder.at('no-such-pipe'))).toBe(false);
    await expect(stand.runtime.start('no-such-container')).rejects.toMatchObject({ kind: 'start' });
  });

  test('crun compiles the filter itself', async () => {
    const { id, dir, rootfs } = stand.place();
    const spec = { image: 'x', command: ['grep', 'Seccomp:', '/proc/self/status'] };
    const prepared = await stand.runtime.containerSpec({
      id,
      spec,
      process: processConfig(spec, undefined),
      hostname: 'h',
      network: 'own',
      mounts: [],
    });
    const { stdout } = await stand.run(
      [],
      { command: spec.command },
      {
        request: { id },
        launch: {
          id,
          dir,
          rootfs,
          spec: (root) => {
            const { annotations, ...plain } = (prepared as (root: string) => RuntimeSpec)(root);
            expect(annotations).toHaveProperty(['run.oci.seccomp_bpf_data']);
            expect(plain.linux.seccomp).toBeDefined();
            return plain;
          },
        },
      },
    );
    expect(stdout).toMatch(/Seccomp:\s+2/);
  });

  test('crun deletes a stopped container as well as we do', async () => {
    const { id, dir, process } = await stand.create({ command: ['true'] });
    await stand.runtime.start(id);
    await stand.runtime.waitExit(id, dir, process);
    expect(hasState(program, id)).toBe(true);
    expect((await runOci(program, ['delete', id])).status).toBe(0);
    expect(hasState(program, id)).toBe(false);
    expect(freeState(program, id)).toBe(true);
  });

  test('a container whose state was lost is ended by its cgroup', async () => {
    const { id, dir, process } = await stand.start({ command: ['sleep', '1000'] });
    const { rmSync } = await import('node:fs');
    rmSync(join(program.stateRoot, id), { recursive: true });
    expect(freeState(program, id)).toBe(false);
    await forceFreeState(program, id);
    expect(stand.runtime.alive(process)).toBe(false);
    await stand.runtime.waitExit(id, dir, process);
    expect(stand.runtime.exitStatus(id, dir)?.exitCode).toBe(137);
    expect(existsSync(dir)).toBe(true);
  });
});
