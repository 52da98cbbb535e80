import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Emulator } from './emulator.ts';
import { frameOf } from './frame.ts';
import { until } from './until.ts';

const folder = join(import.meta.dirname, '../golden/frames');

/** What the emulator shows becomes the golden frame of this name: the last paint may still be on its way. */
export async function expectFrame(
  { emulator }: { readonly emulator: Emulator },
  name: string,
): Promise<void> {
  const path = join(folder, `${name}.frame`);
  const expected = await readFile(path, 'utf8').catch(() => undefined);
  if (expected !== undefined) await until(() => frameOf(emulator) === expected, 5000).catch(() => undefined);
  await expect(frameOf(emulator)).toMatchFileSnapshot(path);
}
