import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const checkout = join(import.meta.dirname, '../..');
const cache = join(checkout, 'node_modules/.cache/gantry-test');

/**
 * Path of a tar of a root file system, as `examples/make-base` makes it: `busybox` (2 MB, instantly) or `debian`
 * (130 MB, about a minute). Made once a machine.
 */
export async function baseImage(kind: 'busybox' | 'debian'): Promise<string> {
  const path = join(cache, `${kind}.tar`);
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  const maker = spawn(join(checkout, 'examples/make-base'), [kind], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  maker.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => maker.once('close', resolve));
  await pipeline(maker.stdout, createWriteStream(unfinished));
  if ((await ended) !== 0) throw new Error(`make-base ${kind} failed:\n${said}`);
  renameSync(unfinished, path);
  return path;
}
