import { describe, expect, it } from 'vitest';
import { keyFit, parseServer, serverOf } from '../../../../src/core/registry/server-key.ts';

describe('parseServer', () => {
  it.each([undefined, '', 'docker.io', 'index.docker.io', 'https://index.docker.io/v1/'])(
    'takes %s for Docker Hub',
    (text) => expect(parseServer(text)).toEqual({ domain: 'docker.io', key: 'https://index.docker.io/v1/' }),
  );

  it.each([
    ['quay.io', 'quay.io'],
    ['https://quay.io/v2/', 'quay.io'],
    ['http://127.0.0.1:5000', '127.0.0.1:5000'],
    ['[::1]:5000', '[::1]:5000'],
  ])('leaves scheme and path of %s out', (text, domain) =>
    expect(parseServer(text)).toEqual({ domain, key: domain }),
  );

  it.each(['a b', '-x', 'user@host', 'host:port', '../x', 'https://', '\u001b[31m'])('refuses %j', (text) =>
    expect(() => parseServer(text)).toThrow('is not the name of a registry'),
  );
});

describe('keyFit', () => {
  it.each([
    ['quay.io', 'quay.io', 'team/app', 0],
    ['https://quay.io', 'quay.io', 'team/app', 0],
    ['https://quay.io/v1/', 'quay.io', 'team/app', 0],
    ['quay.io/team', 'quay.io', 'team/app', 4],
    ['quay.io/team/app', 'quay.io', 'team/app', 8],
    ['quay.io/tea', 'quay.io', 'team/app', undefined],
    ['quay.io/other', 'quay.io', 'team/app', undefined],
    ['quay.io.evil.example', 'quay.io', 'team/app', undefined],
    ['evil.example/quay.io', 'quay.io', 'team/app', undefined],
    ['quay.io:443', 'quay.io', 'team/app', undefined],
    ['https://index.docker.io/v1/', 'docker.io', 'library/web', 0],
    ['docker.io', 'docker.io', 'library/web', 0],
    ['https://evil.example/https://index.docker.io/v1/', 'docker.io', 'library/web', undefined],
  ])('%s for %s/%s is %s', (key, domain, path, fit) => expect(keyFit(key, serverOf(domain), path)).toBe(fit));
});
