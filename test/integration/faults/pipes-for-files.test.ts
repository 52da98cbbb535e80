import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import { runProgram } from '../../support/run-program.ts';

let stand: CliStand;
/** The root as it was before any of it was replaced. */
let sound: string;
let archive: string;
let context: string;

beforeAll(async () => {
  stand = await cliStand();
  const { gantry, root } = stand;
  [sound, archive, context] = [root.at('sound'), root.at('busybox.tar'), root.at('context')];
  mkdirSync(context);
  writeFileSync(join(context, 'Dockerfile'), 'FROM busybox\nCOPY file /file\n');
  writeFileSync(join(context, 'file'), 'x');
  await gantry.must('build', '-q', '-t', 'built', context);
  await gantry.must('run', '--name', 'ran', '--network', 'none', 'busybox', 'echo', 'said');
  await gantry.must('save', '-o', archive, 'busybox');
  execFileSync('cp', ['-a', root.path, sound]);
});
afterAll(async () => {
  restore();
  await stand[Symbol.asyncDispose]();
});

function restore(): void {
  rmSync(stand.root.path, { recursive: true });
  execFileSync('cp', ['-a', sound, stand.root.path]);
}

/** Files below a folder of the root whose names fit. */
function filesIn(folder: string, name: RegExp): readonly string[] {
  return readdirSync(join(stand.root.path, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

const run = 'run --rm --network none busybox true';

describe('a pipe in the place of a file of ours', () => {
  it.each([
    ['the database', '.', /^metadata\.db$/, ['ps -a']],
    ['what lies beside the database', '.', /^metadata\.db(?:-wal|-shm|\..+)$/, ['images', 'rm -f ran']],
    [
      'locks, and what layers say of themselves',
      '.',
      /^(?:container-.*|label\.json)$/,
      ['start -a ran', run],
    ],
    [
      'blobs',
      'content',
      /^[0-9a-f]{64}$/,
      ['save -o /dev/null busybox', 'load -q -i ARCHIVE', 'rmi -f built'],
    ],
    ['caches', 'cache', /./, ['build -q -t built CONTEXT', run]],
    ['files of a container', 'containers', /./, ['inspect ran', 'logs ran', 'start -a ran']],
  ] as const)('keeps no command waiting: %s', async (_, folder, name, commands) => {
    restore();
    const files = filesIn(folder, name);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      rmSync(file);
      execFileSync('mkfifo', [file]);
    }
    const waited: string[] = [];
    for (const line of [...commands, 'system check --repair']) {
      const words = line.replace('ARCHIVE', archive).replace('CONTEXT', context).split(' ');
      const argv = ['timeout', '-k', '1', '20', ...stand.gantry.argv, ...words];
      const { status, stderr } = await runProgram(argv, { env: stand.gantry.env });
      if (status === 124 || status === 137) waited.push(line);
      expect([line, stderr]).toEqual([line, expect.not.stringContaining('fault of gantry itself')]);
    }
    expect(waited).toEqual([]);
  });
});
