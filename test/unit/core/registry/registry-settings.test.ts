import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  certificateFolders,
  loadRegistrySettings,
} from '../../../../src/core/registry/load-registry-settings.ts';
import { registryEndpoint } from '../../../../src/core/registry/registry-endpoint.ts';
import { decodeRegistrySettings } from '../../../../src/core/registry/registry-settings.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const decode = (value: unknown) =>
  decodeRegistrySettings(JSON.stringify(value), '/etc/gantry/registries.json');

describe('registries.json', () => {
  it('tells what is insecure, what mirrors what, and how long to wait', () => {
    const settings = decode({
      'insecure-registries': ['registry.lan:5000', '10.0.0.0/8', '[fd00::1]:5000', 'fd00::/8'],
      mirrors: { 'docker.io': ['mirror.lan', 'http://10.0.0.9:5000', 'https://harbor.lan/hub-proxy/'] },
      'timeout-seconds': 2.5,
    });
    expect(settings.insecure).toHaveLength(4);
    expect(settings.mirrors?.get('docker.io')).toEqual([
      { domain: 'mirror.lan', prefix: '', scheme: undefined },
      { domain: '10.0.0.9:5000', prefix: '', scheme: 'http' },
      { domain: 'harbor.lan', prefix: 'hub-proxy', scheme: 'https' },
    ]);
    expect(settings.idleTimeoutMs).toBe(2500);
  });

  it.each([
    ['{', '/etc/gantry/registries.json: is not valid JSON'],
    ['[]', 'must hold a JSON object'],
    ['{"insecure": []}', ': insecure is not known'],
    ['{"insecure-registries": "x"}', ': insecure-registries must be a list of strings'],
    [
      '{"insecure-registries": ["ok", "http://x"]}',
      ': insecure-registries[1] "http://x": leave the scheme out',
    ],
    ['{"insecure-registries": ["10.0.0.0/33"]}', ': insecure-registries[0] "10.0.0.0/33"'],
    ['{"mirrors": []}', ': mirrors must be an object'],
    ['{"mirrors": {"docker.io": ["ftp://x"]}}', ': mirrors["docker.io"][0] "ftp://x" is no'],
    ['{"mirrors": {"docker.io": ["x/../y"]}}', ': mirrors["docker.io"][0]'],
    ['{"mirrors": {"https://docker.io": []}}', ': mirrors["https://docker.io"] is no host'],
    ['{"timeout-seconds": 0}', ': timeout-seconds must be a number of seconds'],
  ])('says where it is wrong: %s', (text, message) => {
    const read = () => decodeRegistrySettings(text, '/etc/gantry/registries.json');
    expect(read).toThrow(message);
    expect(read).toThrow('/etc/gantry/registries.json: ');
  });

  it('is read from the machine and the user, whose mirrors go before', () => {
    using folder = tempFolder();
    for (const dir of ['etc/gantry', 'config/gantry']) mkdirSync(folder.at(dir), { recursive: true });
    writeFileSync(
      folder.at('etc/gantry/registries.json'),
      '{"insecure-registries": ["a"], "mirrors": {"docker.io": ["m1"], "quay.io": ["q"]}, "timeout-seconds": 5}',
    );
    const env = { XDG_CONFIG_HOME: folder.at('config') };
    expect(loadRegistrySettings(env, folder.at('etc')).idleTimeoutMs).toBe(5000);
    writeFileSync(
      folder.at('config/gantry/registries.json'),
      '{"insecure-registries": ["b"], "mirrors": {"docker.io": ["m2"]}}',
    );
    const settings = loadRegistrySettings(env, folder.at('etc'));
    expect(settings.insecure).toEqual(['a', 'b']);
    expect([...settings.mirrors].map(([domain, [first]]) => [domain, first?.domain])).toEqual([
      ['docker.io', 'm2'],
      ['quay.io', 'q'],
    ]);
    expect(certificateFolders(env, '/etc')).toEqual([
      folder.at('config/gantry/certs.d'),
      folder.at('config/containers/certs.d'),
      '/etc/gantry/certs.d',
      '/etc/containers/certs.d',
      '/etc/docker/certs.d',
    ]);
  });
});

describe('where a registry is', () => {
  const urls = (domain: string, insecure: readonly string[] = []) =>
    registryEndpoint(domain, { insecure }).baseUrls;

  it('is by TLS, and for Docker Hub under another name', () => {
    expect(urls('registry.lan:5000')).toEqual(['https://registry.lan:5000']);
    expect(urls('docker.io')).toEqual(['https://registry-1.docker.io']);
    expect(urls('docker.io', ['docker.io'])).toEqual(['https://registry-1.docker.io']);
  });

  it.each(['localhost', 'localhost:5000', '127.0.0.1:5000', '127.9.9.9', '[::1]:5000'])(
    'may be by plain HTTP on loopback: %s',
    (domain) => expect(urls(domain)).toEqual([`http://${domain}`, `https://${domain}`]),
  );

  it.each(['127.0.0.1.evil.example', 'localhost.evil.example', '127.example', '128.0.0.1'])(
    'is by TLS where the name only looks like loopback: %s',
    (domain) => expect(urls(domain)).toEqual([`https://${domain}`]),
  );

  it.each([
    ['registry.lan:5000', 'registry.lan:5000', true],
    ['registry.lan:5000', 'registry.lan', true],
    ['registry.lan:5001', 'registry.lan:5000', false],
    ['sub.registry.lan', 'registry.lan', false],
    ['10.1.2.3:5000', '10.0.0.0/8', true],
    ['11.1.2.3:5000', '10.0.0.0/8', false],
    ['[fd00::7]:5000', 'fd00::/8', true],
    ['10.evil.example', '10.0.0.0/8', false],
  ])('falls back to plain HTTP where that is listed: %s by %s is %s', (domain, entry, insecure) => {
    expect(urls(domain, [entry])).toEqual(
      insecure ? [`https://${domain}`, `http://${domain}`] : [`https://${domain}`],
    );
  });
});
