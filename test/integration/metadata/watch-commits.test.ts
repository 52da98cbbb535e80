import { expect, it, vi } from 'vitest';
import { openMetadata } from '../../../src/core/metadata/open-metadata.ts';
import { tempFolder } from '../../support/temp-folder.ts';

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  watch: () => ({ on: () => undefined, close: () => undefined }),
}));

it('finds what another process committed, on a file system that never tells', async () => {
  using folder = tempFolder();
  using ours = openMetadata(folder.at('db'));
  using theirs = openMetadata(folder.at('db'));
  const events = ours.journal.follow()[Symbol.asyncIterator]();
  for (const name of ['one', 'two']) {
    const next = events.next();
    theirs.journal.append({ type: 'volume.created', name });
    expect((await next).value).toMatchObject({ name });
  }
  await events.return?.();
});
