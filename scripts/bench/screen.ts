import { setTimeout as pause } from 'node:timers/promises';
import { keys, PtyScreen } from '../../test/support/pty-screen.ts';
import { interleave } from './interleave.ts';
import type { Result } from './report.ts';
import { median, sampleOf } from './sample.ts';
import { image, type Stage } from './stage.ts';

/** The full screen at 120x40, in a real pseudo-terminal: start to whole first frame, and a key to what it changes. */
export async function benchScreen(stage: Stage, rounds: number): Promise<readonly Result[]> {
  const { gantry } = stage;
  for (let copy = 0; copy < 20; copy += 1) await gantry.must('tag', image, `localhost/copy-${copy}:bench`);
  return [await firstFrame(stage, rounds), await keyToFrame(stage, rounds * 10)];
}

async function firstFrame({ gantry }: Stage, rounds: number): Promise<Result> {
  const samples = await interleave(rounds, {
    gantry: async () => {
      const begun = performance.now();
      await using screen = new PtyScreen({ argv: gantry.argv, env: gantry.env });
      await whole(screen);
      return performance.now() - begun;
    },
    'bare node -e 0': async () => {
      const begun = performance.now();
      await using node = new PtyScreen({ argv: [process.execPath, '-e', '0'] });
      await node.exit();
      return performance.now() - begun;
    },
  });
  return { title: 'first frame', samples };
}

/** Until all panes are there, and data in them. */
async function whole(screen: PtyScreen): Promise<void> {
  for (;;) {
    const more = screen.nextOutput();
    await screen.emulator.settle();
    const text = screen.emulator.text();
    if (/images/i.test(text) && /containers/i.test(text) && text.includes('copy-1')) return;
    await more;
  }
}

async function keyToFrame({ gantry }: Stage, presses: number): Promise<Result> {
  await using screen = new PtyScreen({ argv: gantry.argv, env: gantry.env });
  await whole(screen);
  screen.type('1');
  await screen.shows('pull');
  const timesMs: number[] = [];
  const bytes: number[] = [];
  for (let press = 0; press < presses; press += 1) {
    const before = screen.bytes;
    const answered = screen.nextOutput();
    const pressed = performance.now();
    screen.type(press % 20 < 10 ? keys.down : keys.up);
    const answer = await Promise.race([answered, pause(5_000)]);
    if (answer === undefined) throw new Error(`a key changes nothing on:\n${screen.emulator.text()}`);
    timesMs.push(answer - pressed);
    // The rest of what it changed.
    await pause(30);
    bytes.push(screen.bytes - before);
  }
  return {
    title: 'key to frame',
    samples: new Map([['gantry', sampleOf(timesMs)]]),
    note: `${median(bytes)} bytes a change`,
  };
}
