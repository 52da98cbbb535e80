import { describe, expect, it } from 'vitest';
import { newTag } from '../../../src/oci/new-name.ts';

describe('a name somebody gives an image', () => {
  it('gets the default tag and its whole repository', () => {
    expect(newTag('web')).toBe('docker.io/library/web:latest');
    expect(newTag('127.0.0.1:5000/web:2')).toBe('127.0.0.1:5000/web:2');
  });

  it('has no digest, beside a tag or without', () => {
    const digest = `sha256:${'b'.repeat(64)}`;
    for (const name of [`web@${digest}`, `web:1@${digest}`]) {
      expect(() => newTag(name)).toThrow('refusing to create a tag with a digest reference');
    }
  });
});
