import { createImages } from '../../src/core/images/create-images.ts';
import type { RegistryClient } from '../../src/core/registry/registry-client.ts';
import { createTransfers } from '../../src/core/transfer/create-transfers.ts';
import type { Images } from '../../src/engine/images.ts';
import { type TestCore, testCore } from './test-core.ts';

/** The images of an engine of its own, as the port shows them; no containers. */
export interface TestEngine extends TestCore {
  readonly port: Images;
}

export function testEngine(registry?: RegistryClient): TestEngine {
  const core = testCore();
  const transfers = createTransfers(core, {
    registry: async () => {
      if (registry === undefined) throw new Error('this test has no registry');
      return registry;
    },
    roots: [],
  });
  return {
    ...core,
    port: createImages(core, { usage: { of: () => [], counts: () => new Map() }, roots: [], transfers }),
  };
}
