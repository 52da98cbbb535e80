import { mkdirSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openMetadata } from '../../../src/core/metadata/open-metadata.ts';
import { ensureDirs } from '../../../src/core/open-dirs.ts';
import { baseImage } from '../../support/base-images.ts';
import { setup as buildIfStale } from '../../support/build-if-stale.ts';
import { gantryCli } from '../../support/gantry-cli.ts';
import { registryServer } from '../../support/registry-server.ts';
import { tempRoot } from '../../support/temp-root.ts';

beforeAll(() => buildIfStale());

const dockerfile = `FROM bb
RUN echo one > /one && mkdir /d && echo x > /d/x && rm /etc/passwd
COPY f /f
RUN rm /one && echo two > /two && rm -rf /d && mkdir /d && echo y > /d/y
`;
const look = ['sh', '-c', 'ls /one /etc/passwd 2>/dev/null; cat /two /f; ls /d'];

describe('an engine without overlayfs', () => {
  it('builds, runs, commits, pushes, pulls, saves and loads all the same', async () => {
    await using server = await registryServer();
    await using root = await tempRoot();
    const gantry = gantryCli(root);
    // What a root begins with it stays with.
    ensureDirs(root.dirs, process.getuid?.() ?? 0);
    {
      using metadata = openMetadata(root.dirs.database);
      metadata.collection('snapshot-form', String).put('name', 'copy');
    }
    expect(await gantry.must('info', '--format', '{{.Driver}}')).toBe('copy\n');

    await gantry.must('import', await baseImage('busybox'), 'bb');
    const context = root.at('context');
    mkdirSync(context);
    writeFileSync(`${context}/Dockerfile`, dockerfile);
    writeFileSync(`${context}/f`, 'f\n');
    const name = `${server.host}/built:1`;
    await gantry.must('build', '-q', '-t', name, context);
    const seen = 'two\nf\ny\n';
    const run = ['run', '--rm', '--network', 'none'];
    expect(await gantry.must(...run, name, ...look)).toBe(seen);

    await gantry.must('run', '--name', 'cc', '--network', 'none', name, 'sh', '-c', 'rm /two; echo c > /c');
    expect(await gantry.must('diff', 'cc')).toBe('A /c\nD /two\n');
    await gantry.must('commit', 'cc', 'committed');
    expect(await gantry.must(...run, 'committed', 'sh', '-c', 'cat /c; ls / | grep -c two || true')).toBe(
      'c\n0\n',
    );
    await gantry.must('rm', 'cc');

    await gantry.must('push', '-q', name);
    await gantry.must('save', '-o', root.at('saved.tar'), name);
    for (const bring of [
      ['pull', '-q', name],
      ['load', '-q', '-i', root.at('saved.tar')],
    ]) {
      await gantry.must('rmi', '-f', name);
      await gantry.must('builder', 'prune', '-af');
      await gantry.must('image', 'prune', '-af');
      await gantry.must(...bring);
      expect(await gantry.must(...run, name, ...look)).toBe(seen);
      expect(await gantry.must('system', 'check', '--full')).toContain('Nothing is wrong.');
    }
  });
});
