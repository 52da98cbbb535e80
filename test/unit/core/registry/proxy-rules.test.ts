import { describe, expect, it } from 'vitest';
import { proxyRules } from '../../../../src/core/registry/proxy-rules.ts';

function proxyFor(url: string, env: Readonly<Record<string, string>>): string | undefined {
  return proxyRules(env)(new URL(url))?.href;
}

describe('proxyRules', () => {
  it('goes by the scheme, in upper case or lower, upper first', () => {
    const env = { HTTP_PROXY: 'http://a:1', https_proxy: 'https://b:2', http_proxy: 'http://c:3' };
    expect(proxyFor('http://r.example/', env)).toBe('http://a:1/');
    expect(proxyFor('https://r.example/', env)).toBe('https://b:2/');
    expect(proxyFor('https://r.example/', { HTTP_PROXY: 'http://a:1' })).toBeUndefined();
  });

  it('takes a proxy without a scheme, with user and password', () => {
    expect(proxyFor('https://r.example/', { HTTPS_PROXY: 'u:p@proxy:3128' })).toBe('http://u:p@proxy:3128/');
  });

  it.each(['http://localhost:5000/', 'http://127.0.0.1/', 'https://127.1.2.3:5/', 'http://[::1]:5000/'])(
    'never proxies loopback: %s',
    (url) => expect(proxyFor(url, { HTTP_PROXY: 'http://a', HTTPS_PROXY: 'http://a' })).toBeUndefined(),
  );

  it.each([
    ['r.example', 'r.example', true],
    ['r.example', 'sub.r.example', true],
    ['r.example', 'other-r.example', false],
    ['.r.example', 'r.example', false],
    ['.r.example', 'sub.r.example', true],
    ['*.r.example', 'sub.r.example', true],
    ['a, r.example ,b', 'R.EXAMPLE', true],
    ['*', 'anything.example', true],
    ['r.example:443', 'r.example', true],
    ['r.example:444', 'r.example', false],
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.0.0.0/99', '10.1.2.3', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['1.2.3', '10.1.2.3', false],
    ['[fd00::1]', '[fd00::1]', true],
    ['fd00::/8', '[fd00::1]', true],
    ['', 'r.example', false],
  ])('NO_PROXY=%s and %s: %s', (list, host, exempt) => {
    const env = { HTTPS_PROXY: 'http://proxy', no_proxy: list };
    expect(proxyFor(`https://${host}/v2/`, env) === undefined).toBe(exempt);
  });

  it('refuses a proxy it cannot use only when it would be used, without telling the password', () => {
    const env = { HTTPS_PROXY: 'socks5://u:secret@proxy:1080' };
    expect(proxyFor('http://r.example/', env)).toBeUndefined();
    expect(() => proxyFor('https://r.example/', env)).toThrow('HTTPS_PROXY is "socks5://***@proxy:1080"');
  });
});
