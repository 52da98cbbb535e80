import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRegistryClient } from '../../../src/core/registry/create-registry-client.ts';
import { registryServer } from '../../support/registry-server.ts';
import { startScriptFile } from '../../support/script-process.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { addImage } from '../../support/test-core.ts';
import { testEngine } from '../../support/test-engine.ts';

/** Pulls, and says each new phase of each layer, so that it can be killed in any of them. */
const pulling = `
  const { openServices } = await import('SRC/core/open-services.ts');
  const { engineDirs } = await import('SRC/core/engine-dirs.ts');
  const { openMetadata } = await import('SRC/core/metadata/open-metadata.ts');
  const { createTransfers } = await import('SRC/core/transfer/create-transfers.ts');
  const { createRegistryClient } = await import('SRC/core/registry/create-registry-client.ts');
  const [root, name] = process.argv.slice(2);
  const dirs = engineDirs(root, root + '/run');
  const services = await openServices(dirs, openMetadata(dirs.database));
  const registry = createRegistryClient({});
  const transfers = createTransfers(services, { registry: async () => registry });
  const pull = transfers.pull(name);
  for await (const event of pull) {
    if (event.kind === 'layer') process.stdout.write(event.phase + '\\n');
  }
  await pull.result;
  process.stdout.write('recorded\\n');
`;

describe('a pull that is killed', () => {
  it('at any moment leaves an engine that pulls the image as if nothing had been', async () => {
    await using server = await registryServer();
    using registry = createRegistryClient({});
    using source = testEngine(registry);
    const name = `${server.host}/web:1`;
    const layers = [1, 2, 3].map((n) => [
      { path: `big${n}`, content: randomBytes(2_000_000) },
      ...Array.from({ length: 100 }, (_, at) => ({ path: `d${n}/f${at}`, content: `${n}-${at}` })),
    ]);
    await addImage(source, { names: [name], layers });
    await source.port.push(name).result;

    using engine = testEngine(registry);
    using scripts = tempFolder();
    for (const [round, phase] of ['waiting', 'downloading', 'extracting', 'done', 'verifying'].entries()) {
      await using script = startScriptFile(scripts.at(`pull${round}`), pulling, [engine.root, name]);
      for (let line = ''; line !== phase && line !== 'recorded'; ) line = await script.line();
      await script.kill();
      const image = engine.images.find(name);
      if (image !== undefined) await engine.port.remove(name, { force: true });
    }
    const [pulled] = await engine.port.pull(name).result;
    expect(pulled?.id).toBe(source.images.resolve(name).id);
    expect(engine.images.resolve(name).sizeBytes).toBe(source.images.resolve(name).sizeBytes);
    // A removal sweeps what the killed ones left, and nothing else.
    await engine.port.remove(name);
    expect([...engine.snapshots.list()]).toEqual([]);
    const left: string[] = [];
    for await (const { digest } of engine.content.list()) left.push(digest);
    expect(left).toEqual([]);
  });
});
