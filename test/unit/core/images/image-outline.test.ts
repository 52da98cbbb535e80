import { describe, expect, it } from 'vitest';
import { outlineOf } from '../../../../src/core/images/image-outline.ts';
import { fakeDigest } from '../../../support/sample-objects.ts';

const id = fakeDigest('config');
const digest = fakeDigest('manifest');
const names = ['docker.io/library/web:1'];
const whole: readonly unknown[] = [
  id,
  digest,
  names,
  [],
  '2024-01-02T03:04:05Z',
  5,
  'linux',
  'arm',
  'v7',
  { a: 'b' },
];

describe('outlineOf', () => {
  it('reads a summary', () => {
    expect(outlineOf(whole)).toEqual({
      id,
      manifestDigest: digest,
      references: names,
      repoDigests: [],
      createdAt: '2024-01-02T03:04:05Z',
      sizeBytes: 5,
      config: { os: 'linux', architecture: 'arm', variant: 'v7', config: { Labels: { a: 'b' } } },
    });
  });

  it('fills in what an image need not say', () => {
    const outline = outlineOf([id, digest, [], [], null, null, 'linux', 'amd64', null, null]);
    expect(outline).toMatchObject({ createdAt: '0001-01-01T00:00:00Z', sizeBytes: 0 });
    expect(outline?.config).toEqual({ os: 'linux', architecture: 'amd64' });
  });

  it.each([
    ['a key alone', id],
    ['no summary', []],
    ['a manifest without digest', whole.with(1, 'md5:1')],
    ['names that are no list', whole.with(2, null)],
    ['names that are no texts', whole.with(2, [1])],
    ['a time that is none', whole.with(4, 5)],
    ['no system', whole.with(6, null)],
    ['labels that are none', whole.with(9, 'a')],
  ])('leaves %s to the record', (_what, summary) => {
    expect(outlineOf(summary)).toBeUndefined();
  });
});
