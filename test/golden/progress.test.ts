import { describe, it } from 'vitest';
import { GantryError } from '../../src/base/gantry-error.ts';
import type { BuildEvent } from '../../src/engine/builds.ts';
import { expectFrame } from '../support/expect-frame.ts';
import { FakeEngine, fakeNow } from '../support/fake-engine.ts';
import { type MountedScreen, mountScreen } from '../support/mount-screen.ts';
import { fakeImageId, fakeManifest } from '../support/sample-objects.ts';

const names = ['FROM debian:12', 'RUN apt-get update', 'COPY . /srv', 'RUN make', 'CMD ["serve"]'];
const graph: BuildEvent = {
  kind: 'graph',
  vertices: names.map((name, index) => ({
    id: String(index),
    name: `[${index + 1}/${names.length}] ${name}`,
    stage: 'main',
    inputs: [],
    position: undefined,
  })),
};
const output = (text: string): BuildEvent => ({
  kind: 'output',
  vertex: '3',
  stream: 'stdout',
  data: Buffer.from(`${text}\n`),
});

/** A build that stops in the middle until the test lets it go on. */
function buildEngine() {
  const engine = new FakeEngine();
  const gate = Promise.withResolvers<void>();
  engine.buildWork = async (emit, signal) => {
    signal.addEventListener('abort', () => gate.reject(signal.reason), { once: true });
    emit(graph);
    for (const vertex of ['0', '1']) {
      emit({ kind: 'started', vertex, time: fakeNow - 4000 });
      emit({ kind: 'cached', vertex });
      emit({ kind: 'completed', vertex, time: fakeNow - 4000 });
    }
    emit({ kind: 'started', vertex: '2', time: fakeNow - 4000 });
    emit({ kind: 'completed', vertex: '2', time: fakeNow - 3400 });
    emit({ kind: 'started', vertex: '3', time: fakeNow - 2500 });
    for (let file = 1; file <= 5; file += 1) emit(output(`cc -c part${file}.c`));
    emit(output('10%\r50%\r100% linked'));
    await gate.promise;
    for (const vertex of ['3', '4']) emit({ kind: 'completed', vertex, time: fakeNow });
    return {
      imageId: fakeImageId('built'),
      manifest: fakeManifest,
      tags: ['app:1'],
      cachedSteps: 2,
      totalSteps: 5,
    };
  };
  return { engine, gate };
}

async function startBuild(screen: MountedScreen): Promise<void> {
  await screen.press(':', 'build -t app:1 .', '\r');
  await screen.shows('100% linked');
  await screen.settle();
}

describe('progress', () => {
  it('follows a build step by step, and says when it is done', async () => {
    const { engine, gate } = buildEngine();
    await using screen = await mountScreen({ engine, cwd: import.meta.dirname });
    await startBuild(screen);
    await expectFrame(screen, 'build-running');
    gate.resolve();
    await screen.shows('done in');
    await screen.settle();
    await expectFrame(screen, 'build-done');
    await screen.press('\u001b');
    await screen.shows('✓ gantry build -t app:1 .');
  });

  it('keeps a build in the status line while the user goes on', async () => {
    const { engine, gate } = buildEngine();
    await using screen = await mountScreen({ engine, cwd: import.meta.dirname });
    await startBuild(screen);
    await screen.press('\u001b');
    await expectFrame(screen, 'build-behind');
    await screen.press('J');
    await expectFrame(screen, 'journal');
    gate.resolve();
  });

  it('lists what the checks found, as many as there is room for', async () => {
    const { engine, gate } = buildEngine();
    await using screen = await mountScreen({ engine, cwd: import.meta.dirname });
    const { buildWork } = engine;
    engine.buildWork = async (emit, signal) => {
      for (let line = 2; line <= 14; line += 1) {
        emit({
          kind: 'warning',
          rule: 'LegacyKeyValueFormat',
          message: '"ENV key=value" should be used instead of legacy "ENV key value" format',
          position: { file: 'Dockerfile', line, column: 1, endLine: line },
        });
      }
      return buildWork(emit, signal);
    };
    await startBuild(screen);
    await expectFrame(screen, 'build-warnings');
    gate.resolve();
  });

  it('shows which step failed and why', async () => {
    const { engine, gate } = buildEngine();
    await using screen = await mountScreen({ engine, cwd: import.meta.dirname });
    const { buildWork } = engine;
    engine.buildWork = async (emit, signal) => {
      await buildWork(emit, signal).catch(() => undefined);
      const message = 'The command "make" returned a non-zero code: 2';
      emit({ kind: 'failed', vertex: '3', time: fakeNow, message });
      throw new GantryError({
        kind: 'failed',
        code: 'build-step-failed',
        message,
        hint: 'for the command line',
        details: { status: 2, vertex: '0.3', position: { line: 4 } },
      });
    };
    await startBuild(screen);
    gate.reject(new Error('make'));
    await screen.shows('non-zero code: 2');
    await screen.settle();
    await expectFrame(screen, 'build-failed');
  });

  it('cancels a build', async () => {
    const { engine } = buildEngine();
    await using screen = await mountScreen({ engine, cwd: import.meta.dirname });
    await startBuild(screen);
    await screen.press('x');
    await screen.shows('! cancelled');
  });

  it('shows how far a layer is compressed before it is pushed, and a pull as done whose layers were there', async () => {
    const engine = new FakeEngine();
    const gate = Promise.withResolvers<void>();
    engine.transferWork = async (emit) => {
      emit({ kind: 'layer', layer: '0fce8f95aa01', phase: 'preparing', doneBytes: 125e6, totalBytes: 500e6 });
      emit({ kind: 'layer', layer: '5fac6619bb02', phase: 'downloaded', doneBytes: 3e6, totalBytes: 3e6 });
      await gate.promise;
    };
    await using screen = await mountScreen({ engine });
    await screen.press('1', 'u', '\r');
    await screen.shows(/preparing .* 125 MB \/ 500 MB/);
    gate.resolve();
    await screen.shows('✓ done in');
    await screen.shows('100%  2/2 layers');
    await screen.shows(/✓ 5fac6619bb02 +done/);
  });

  it('draws a bar a layer of a push', async () => {
    const engine = new FakeEngine();
    const gate = Promise.withResolvers<void>();
    engine.transferWork = async (emit) => {
      const layers = ['0fce8f95aa01', '5fac6619bb02', 'dae358a4cc03', 'b2558485dd04'];
      for (const [index, layer] of layers.entries()) {
        const phase = (['pushed', 'pushing', 'waiting', 'mounted'] as const)[index] ?? 'waiting';
        const totalBytes = [77_800_000, 12_400_000, 3_100_000, 48_000][index];
        const moves = phase === 'pushing' && { doneBytes: 5_000_000, bytesPerSecond: 1_230_000 };
        emit({ kind: 'layer', layer, phase, doneBytes: 0, totalBytes, ...moves });
      }
      await gate.promise;
    };
    await using screen = await mountScreen({ engine });
    await screen.press('1', 'u', '\r');
    await screen.shows('pushing');
    await screen.settle();
    await expectFrame(screen, 'push-running');
    gate.resolve();
  });

  it('shows all the words of an error, and what to do', async () => {
    await using screen = await mountScreen();
    screen.engine.failure = new GantryError({
      kind: 'conflict',
      code: 'port-in-use',
      message:
        'driver failed programming external connectivity: port 8080 is already in use\nby another program',
      hint: 'publish another port: -p 8081:80',
    });
    await screen.press('2', 's');
    await screen.shows('already in use');
    await expectFrame(screen, 'error');
    await screen.press('j');
    await screen.lacks('already in use');
  });

  it('keeps what was shown and what went wrong in the journal, in lines that can be read', async () => {
    await using screen = await mountScreen({ columns: 80, rows: 24 });
    await screen.press(':', 'ps -a\r');
    await screen.shows('gantry ps -a');
    await screen.press('\u001b');
    const message = `${'a long reason '.repeat(12)}at the very end`;
    screen.engine.failure = new GantryError({ kind: 'conflict', code: 'x', message });
    await screen.press('2', 's');
    await screen.shows('at the very end');
    await screen.press('J', '\r');
    await screen.shows(/a long reason [\s\S]*at the very end/);
    await screen.press('\u001b', 'j', '\r');
    await screen.shows(/CONTAINER ID +IMAGE[\s\S]*scratchpad|CONTAINER ID +IMAGE[\s\S]*debian:12/);
  });

  it('leaves what lies above the panes whole when there is much to say of it', async () => {
    const engine = new FakeEngine();
    const gate = Promise.withResolvers<void>();
    engine.buildWork = async (emit) => {
      emit({ kind: 'graph', vertices: [] });
      await gate.promise;
      const message = `${'make said no '.repeat(12)}at the very end`;
      throw new GantryError({ kind: 'failed', code: 'step', message, hint: 'look into the log' });
    };
    await using screen = await mountScreen({ engine, columns: 80, rows: 24, cwd: import.meta.dirname });
    await screen.press(':', 'build .\r');
    await screen.shows('x cancel');
    gate.resolve();
    await screen.shows(/at the very end[\s\S]*j k read output · esc close ─╯/);
    await screen.press('\u001b');
    await screen.shows(/at the very end[\s\S]*look into the log/);
  });

  it('tells all of why a transfer failed', async () => {
    const engine = new FakeEngine();
    const message = `${'the registry said no '.repeat(8)}because of the very last word`;
    engine.transferWork = async (emit) => {
      emit({ kind: 'message', text: 'Pulling' });
      throw new GantryError({ kind: 'denied', code: 'x', message, hint: 'log in first' });
    };
    await using screen = await mountScreen({ engine, columns: 80, rows: 24 });
    await screen.press(':', 'pull private/thing\r');
    await screen.shows(/✗ the registry[\s\S]*very last word[\s\S]*log in first/);
  });
});
