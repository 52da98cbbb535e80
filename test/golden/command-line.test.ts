import { describe, expect, it } from 'vitest';
import { mountScreen } from '../support/mount-screen.ts';

const up = '\u001b[A';
const left = '\u001b[D';
const controlU = '\u0015';

describe('the line for commands', () => {
  it('goes on behind what was completed', async () => {
    await using screen = await mountScreen();
    await screen.press(':', 'resta', '\t', 'web');
    await screen.shows(': restart web');
  });

  it('goes on behind a line of the history', async () => {
    await using screen = await mountScreen();
    await screen.press(':', 'nothing of that kind\r');
    await screen.shows('unknown command');
    await screen.press(':', up, ' indeed');
    await screen.shows(': nothing of that kind indeed');
  });

  it('is written anew after it was cleared', async () => {
    await using screen = await mountScreen();
    await screen.press(':', 'stop', left, left, controlU, 'start');
    await screen.shows(/^ : start *$/m);
  });

  it('says that it is no shell where a pipe is typed, and takes a quoted sign as it is', async () => {
    await using screen = await mountScreen();
    await screen.press(':', 'import - busybox | cat\r');
    await screen.shows('| does not work on this line: it runs one command, and no shell');
    await screen.press(':', "inspect '|'\r");
    await screen.lacks('does not work on this line');
  });

  it('is mended where the cursor stands', async () => {
    await using screen = await mountScreen();
    await screen.press(':', 'stp', left, 'o', 'o', '\u007f');
    await screen.shows(/^ : stop *$/m);
  });

  it('takes pasted lines as one, and does not carry them out', async () => {
    await using screen = await mountScreen();
    await screen.press(':', '\u001b[200~stop web\rrm -f web\r\u001b[201~');
    await screen.shows(': stop web rm -f web');
    expect(screen.engine.calls).toEqual([]);
  });
});
