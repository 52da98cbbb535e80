import { startTui } from '../../src/tui/start.tsx';
import { FakeEngine } from './fake-engine.ts';
import { fakeManifest } from './sample-objects.ts';

/** The screen on an engine in memory, with something always going on: to look at and to measure. */
const engine = new FakeEngine();
const linesPerSecond = Number(process.env['DEV_LINES'] ?? 3);
let count = 0;
const lines = setInterval(() => {
  for (let n = 0; n < Math.max(1, linesPerSecond / 10); n += 1) {
    count += 1;
    engine.log(
      'web',
      `\u001b[36mGET\u001b[m /api/things/${count} \u001b[32m200\u001b[m ${(count * 7) % 90} ms`,
    );
  }
}, 100);
const readings = setInterval(() => {
  for (const name of ['web', 'api']) {
    const wave = Math.sin(Date.now() / 7000 + name.length);
    engine.reading(name, 30 + 25 * wave, 60e6 + 20e6 * wave);
  }
}, 1000);
if (linesPerSecond === 0) {
  clearInterval(lines);
  clearInterval(readings);
}
engine.buildWork = async (emit, signal) => {
  const names = ['FROM debian:12', 'WORKDIR /srv', 'COPY . .', 'RUN make', 'CMD ["serve"]'];
  emit({
    kind: 'graph',
    vertices: names.map((name, index) => ({
      id: String(index),
      name: `[${index + 1}/${names.length}] ${name}`,
      stage: 'main',
      inputs: [],
      position: undefined,
    })),
  });
  for (const index of names.keys()) {
    emit({ kind: 'started', vertex: String(index), time: Date.now() });
    for (let line = 0; line < 20; line += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (signal.aborted) throw signal.reason;
      const data = Buffer.from(`cc -c file${line}.c\n`);
      if (index === 3) emit({ kind: 'output', vertex: '3', stream: 'stdout', data });
    }
    emit({ kind: 'completed', vertex: String(index), time: Date.now() });
  }
  return {
    imageId: engine.imageList[0]!.id,
    manifest: fakeManifest,
    tags: ['app:1'],
    cachedSteps: 0,
    totalSteps: names.length,
  };
};

// For tests of what is left behind by a crash.
process.on('SIGUSR2', () => {
  throw new Error('broken on purpose');
});

// When this file has run to its end: bundled, others take from it what they share.
setImmediate(async () =>
  process.exit(
    await startTui({
      engine,
      selfCommand: ['/bin/sh', '-c', 'exec bash', 'gantry'],
      cwd: process.cwd(),
      env: process.env,
    }),
  ),
);
