import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAuthChallenges } from '../../../../src/core/registry/auth-challenge.ts';

describe('parseAuthChallenges', () => {
  it('reads what Docker Hub says', () => {
    const header =
      'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"';
    expect(parseAuthChallenges(header)).toEqual([
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth.example/token',
          service: 'registry.example',
          scope: 'repository:a/b:pull,push',
        },
      },
    ]);
  });

  it('reads several challenges in one header', () => {
    const found = parseAuthChallenges('Basic realm="a, Bearer x=1", Bearer realm="https://t/", service=s');
    expect(found).toEqual([
      { scheme: 'basic', parameters: { realm: 'a, Bearer x=1' } },
      { scheme: 'bearer', parameters: { realm: 'https://t/', service: 's' } },
    ]);
  });

  it('takes a scheme without parameters, and a quoted quote', () => {
    expect(parseAuthChallenges('Negotiate')).toEqual([{ scheme: 'negotiate', parameters: {} }]);
    expect(parseAuthChallenges('Basic realm="a\\"b"')[0]?.parameters['realm']).toBe('a"b');
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseAuthChallenges(text))));
  });
});
