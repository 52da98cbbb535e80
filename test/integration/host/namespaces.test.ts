import { once } from 'node:events';
import { closeSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { namespaceIdentity } from '../../../src/core/host/namespaces.ts';
import { newNetworkNamespace, withNetworkNamespace } from '../../../src/core/host/network-namespace.ts';
import { tempFolder } from '../../support/temp-folder.ts';

describe('a network namespace', () => {
  it('is new and empty, and we come back from it', () => {
    const home = namespaceIdentity('thread-self', 'net');
    const before = readdirSync('/proc/self/fd').length;
    const fd = newNetworkNamespace();
    const inside = withNetworkNamespace(`/proc/self/fd/${fd}`, () => ({
      identity: namespaceIdentity('thread-self', 'net'),
      interfaces: readFileSync('/proc/thread-self/net/dev', 'utf8')
        .match(/^ *\w+:/gm)
        ?.map((name) => name.trim()),
    }));
    closeSync(fd);
    expect(inside.identity).not.toBe(home);
    expect(inside.interfaces).toEqual(['lo:']);
    expect(namespaceIdentity('thread-self', 'net')).toBe(home);
    expect(readdirSync('/proc/self/fd')).toHaveLength(before);
  });
});

describe('confineThread', () => {
  it('keeps a worker inside its folder and nobody else', async () => {
    using folder = tempFolder();
    writeFileSync(folder.at('inside'), '');
    const source = join(import.meta.dirname, '../../../src/core/host/confine-thread.ts');
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const fs = require('node:fs');
       import(workerData.source).then(({ confineThread }) => {
         confineThread(workerData.dir);
         fs.symlinkSync('/../../etc', '/link');
         parentPort.postMessage({ root: fs.readdirSync('/'), out: fs.existsSync('/link/passwd') });
       });`,
      { eval: true, workerData: { source, dir: folder.path } },
    );
    const [seen] = await once(worker, 'message');
    await worker.terminate();
    expect(seen).toEqual({ root: ['inside', 'link'], out: false });
    expect(readdirSync('/')).toContain('etc');
  });
});
