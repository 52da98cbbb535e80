import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FdWriter } from '../../../../src/tui/device/fd-writer.ts';

function file() {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-fd-'));
  const path = join(folder, 'out');
  const fd = openSync(path, 'w');
  return {
    fd,
    text: () => readFileSync(path, 'utf8'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

it('writes in order, whole, and tells when each piece is taken', async () => {
  using out = file();
  const writer = new FdWriter(out.fd);
  const taken: string[] = [];
  const long = 'x'.repeat(300_000);
  writer.write('one ', () => taken.push('one'));
  writer.write(long, () => taken.push('long'));
  writer.write(' end', () => taken.push('end'));
  await writer.drain();
  expect(taken).toEqual(['one', 'long', 'end']);
  expect(out.text()).toBe(`one ${long} end`);
  closeSync(out.fd);
});

it('writes the last words past everything that waits', () => {
  using out = file();
  const writer = new FdWriter(out.fd);
  writer.writeNow('bye');
  expect(out.text()).toBe('bye');
  closeSync(out.fd);
});

it('does not fail when the terminal is gone', async () => {
  using out = file();
  closeSync(out.fd);
  const writer = new FdWriter(out.fd);
  const taken: string[] = [];
  writer.write('lost', () => taken.push('lost'));
  await writer.drain();
  writer.writeNow('lost too');
  expect(taken).toEqual(['lost']);
});
