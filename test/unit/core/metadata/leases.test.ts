import { describe, expect, it } from 'vitest';
import type { LeasedResource } from '../../../../src/core/metadata/metadata.ts';
import { openMetadata } from '../../../../src/core/metadata/open-metadata.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const blob: LeasedResource = { kind: 'content', key: 'sha256:a' };

describe('a lease', () => {
  it('protects until it is disposed', () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    const lease = metadata.leases.acquire('pull x');
    lease.protect(blob);
    lease.protect(blob);
    expect([...metadata.leases.protectedResources().content]).toEqual(['sha256:a']);
    expect(metadata.leases.list()).toMatchObject([{ id: lease.id, purpose: 'pull x', isAlive: true }]);
    lease[Symbol.dispose]();
    expect(metadata.leases.list()).toEqual([]);
    expect(metadata.leases.wasProtected(blob)).toBe(false);
  });

  it('that is let go of during a collection has protected to its end', () => {
    using folder = tempFolder();
    using metadata = openMetadata(folder.at('db'));
    const before = metadata.leases.acquire('before');
    before.protect({ kind: 'snapshot', key: 'before' });
    const collection = metadata.leases.beginCollection();
    const during = metadata.leases.acquire('during');
    during.protect(blob);
    for (const lease of [before, during]) lease[Symbol.dispose]();
    expect(metadata.leases.protectedResources().content.size).toBe(0);
    expect(metadata.leases.wasProtected(blob)).toBe(true);
    expect(metadata.leases.wasProtected({ kind: 'snapshot', key: 'before' })).toBe(true);
    expect(metadata.leases.wasProtected({ kind: 'content', key: 'before' })).toBe(false);
    collection[Symbol.dispose]();
    expect(metadata.leases.wasProtected(blob)).toBe(false);
  });
});
