import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createRegistryClient } from '../../../src/core/registry/create-registry-client.ts';
import type { RegistryAccessOptions } from '../../../src/core/registry/registry-access.ts';
import type { RepositoryClient } from '../../../src/core/registry/registry-client.ts';
import { decodeRegistrySettings, defaultSettings } from '../../../src/core/registry/registry-settings.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { sha256 } from '../../../src/oci/sha256.ts';
import { faultyRegistry } from '../../support/faulty-registry.ts';
import { type ProxyServer, proxyServer } from '../../support/proxy-server.ts';
import {
  makeCertificate,
  type RegistryOptions,
  type RegistryServer,
  registryPassword,
  registryServer,
  registryUser,
} from '../../support/registry-server.ts';
import { mustRun } from '../../support/run-program.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

/** In a network of its own: not loopback, so that nothing is taken on trust. */
const address = '10.77.0.1';
const signal = new AbortController().signal;
let folder: TempFolder;
let data: string;
let plain: RegistryServer;
let tls: RegistryServer;
const digest = { value: '' };

beforeAll(async () => {
  await mustRun(['ip', 'address', 'add', `${address}/24`, 'dev', 'lo']);
  folder = tempFolder();
  plain = await registryServer({ address });
  data = plain.data;
  tls = await registryServer({ address, data, tls: await certificate('good') });
  using registry = createRegistryClient({}, { insecure: [plain.host] });
  digest.value = await pushSomething(registry.repository(plain.host, 'team/thing', 'push'));
});
afterAll(async () => {
  await Promise.all([plain[Symbol.asyncDispose](), tls[Symbol.asyncDispose]()]);
  folder[Symbol.dispose]();
});

const certificate = (
  file: string,
  more: { readonly alternatives?: string; readonly expired?: boolean } = {},
) => makeCertificate(folder.path, { file, alternatives: `IP:${address}`, ...more });

async function server(options: RegistryOptions): Promise<RegistryServer> {
  const started = await registryServer({ address, data, ...options });
  onTestFinished(() => started[Symbol.asyncDispose]());
  return started;
}

type Options = Partial<RegistryAccessOptions>;

function client(
  { host }: Pick<RegistryServer, 'host'>,
  options: Options = {},
  access: 'pull' | 'push' = 'pull',
  path = 'team/thing',
): RepositoryClient {
  const registry = createRegistryClient(options.env ?? {}, {
    settings: { ...defaultSettings, idleTimeoutMs: 5000 },
    certificateFolders: [],
    find: async () => undefined,
    ...options,
  });
  onTestFinished(() => registry[Symbol.dispose]());
  return registry.repository(host, path, access);
}

/** A manifest of nothing, under the tag `1`. */
async function pushSomething(repository: RepositoryClient): Promise<string> {
  const config = Buffer.from('{}');
  const descriptor = { mediaType: mediaTypes.config, digest: sha256(config), size: config.length };
  const { Readable } = await import('node:stream');
  await repository.pushBlob(descriptor, { signal, open: () => Readable.from([config]) });
  const manifest = { schemaVersion: 2, mediaType: mediaTypes.manifest, config: descriptor, layers: [] };
  return repository.pushManifest('1', mediaTypes.manifest, Buffer.from(JSON.stringify(manifest)), signal);
}

const resolved = async (repository: RepositoryClient) => (await repository.resolve('1', signal)).digest;

/** A `certs.d` with files for a registry: `[name there, file here]`. */
function certsD(host: string, files: readonly (readonly [string, string])[]): readonly string[] {
  const path = folder.at(`certs-${Math.random()}`);
  mkdirSync(`${path}/${host}`, { recursive: true });
  for (const [name, source] of files) cpSync(source, `${path}/${host}/${name}`);
  return [path];
}

describe('a registry that speaks TLS', () => {
  it('is not trusted unless somebody vouches for it, and then by its folder of certificates', async () => {
    await expect(resolved(client(tls))).rejects.toMatchObject({
      kind: 'network',
      code: 'untrusted-certificate',
      message: `cannot reach registry ${tls.host}: tls: failed to verify certificate: x509: certificate signed by unknown authority`,
      hint: expect.stringContaining(`/etc/gantry/certs.d/${tls.host}/ca.crt`),
    });
    const certificateFolders = certsD(tls.host, [['ca.crt', tls.certificate as string]]);
    expect(await resolved(client(tls, { certificateFolders }))).toBe(digest.value);
    const other = certsD('10.77.0.1:1', [['ca.crt', tls.certificate as string]]);
    await expect(resolved(client(tls, { certificateFolders: other }))).rejects.toThrow('unknown authority');
  });

  it('is trusted where the machine trusts its authority, folder of its own or not', async () => {
    const { certificate: unrelated } = await certificate('unrelated');
    const script = `
      const { createRegistryClient } = await import('SRC/core/registry/create-registry-client.ts');
      for (const certificateFolders of [[], process.argv.slice(-1)]) {
        using registry = createRegistryClient({}, { certificateFolders });
        const { digest } = await registry.repository('${tls.host}', 'team/thing', 'pull').resolve('1', new AbortController().signal);
        console.log(digest);
      }`.replaceAll('SRC', new URL('../../../src', import.meta.url).pathname);
    const certs = certsD(tls.host, [['ca.crt', unrelated]])[0] as string;
    const said = await mustRun(
      [
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        '--input-type=module-typescript',
        '-e',
        script,
        '--',
        certs,
      ],
      { env: { SSL_CERT_FILE: tls.certificate, SSL_CERT_DIR: folder.at('none'), NODE_EXTRA_CA_CERTS: '' } },
    );
    expect(said).toBe(`${digest.value}\n${digest.value}\n`);
  });

  it('is told apart from one whose certificate is old, or for another name', async () => {
    const old = await server({ tls: await certificate('old', { expired: true }) });
    const certificateFolders = certsD(old.host, [['ca.crt', old.certificate as string]]);
    await expect(resolved(client(old, { certificateFolders }))).rejects.toThrow(
      'x509: certificate has expired or is not yet valid',
    );
    const named = await server({ tls: await certificate('named', { alternatives: 'DNS:other.example' }) });
    const folders = certsD(named.host, [['ca.crt', named.certificate as string]]);
    await expect(resolved(client(named, { certificateFolders: folders }))).rejects.toThrow(
      `x509: certificate is not valid for ${address}`,
    );
  });

  it('gets the certificate it wants of us, and says so without', async () => {
    const us = await certificate('us');
    const strict = await server({ tls: await certificate('strict'), clientAuthority: us.certificate });
    const ca = ['ca.crt', strict.certificate as string] as const;
    await expect(
      resolved(client(strict, { certificateFolders: certsD(strict.host, [ca]) })),
    ).rejects.toMatchObject({
      code: 'client-certificate-refused',
      message: expect.stringContaining('remote error: tls: bad certificate'),
    });
    const files = [ca, ['us.cert', us.certificate], ['us.key', us.key]] as const;
    const certificateFolders = certsD(strict.host, files);
    expect(await resolved(client(strict, { certificateFolders }))).toBe(digest.value);
    // Nor is it shown to whom it is not kept for.
    expect(
      await resolved(
        client(tls, {
          certificateFolders: [
            ...certificateFolders,
            ...certsD(tls.host, [['ca.crt', tls.certificate as string]]),
          ],
        }),
      ),
    ).toBe(digest.value);
  });

  it.each([
    [['us.cert', 'us'], 'missing key '],
    [['us.key', 'us-key'], 'missing client certificate '],
    [['ca.crt', 'junk'], ' is not a certificate in PEM form'],
  ] as const)('has a folder that is not whole: %j', async ([name, file], message) => {
    await certificate('us');
    writeFileSync(folder.at('junk.pem'), 'junk');
    const certificateFolders = certsD(tls.host, [[name, folder.at(`${file}.pem`)]]);
    await expect(resolved(client(tls, { certificateFolders }))).rejects.toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining(message),
    });
  });

  it('is taken as it is where it is listed as insecure, and on loopback unless somebody cared', async () => {
    for (const entry of [tls.host, address, '10.77.0.0/16']) {
      expect(await resolved(client(tls, { insecure: [entry] }))).toBe(digest.value);
    }
    const here = await server({ address: '127.0.0.1', tls: await certificate('here') });
    expect(await resolved(client(here))).toBe(digest.value);
    const certificateFolders = certsD(here.host, [['ca.crt', tls.certificate as string]]);
    await expect(resolved(client(here, { certificateFolders }))).rejects.toThrow('unknown authority');
  });
});

describe('a registry that speaks plain HTTP', () => {
  it('is refused, in words that say what to do, unless it is listed', async () => {
    await expect(resolved(client(plain))).rejects.toMatchObject({
      code: 'plain-http-registry',
      message: `cannot reach registry ${plain.host}: http: server gave HTTP response to HTTPS client`,
      hint: expect.stringContaining('"insecure-registries"'),
    });
    for (const entry of [plain.host, address, '10.77.0.0/16']) {
      expect(await resolved(client(plain, { insecure: [entry] }))).toBe(digest.value);
    }
    expect(() => client(plain, { insecure: ['http://x'] })).toThrow('--insecure-registry');
  });
});

describe('mirrors', () => {
  const settings = (mirrors: Readonly<Record<string, readonly string[]>>) => {
    const decoded = decodeRegistrySettings(JSON.stringify({ mirrors, 'timeout-seconds': 1 }), 'test');
    return { settings: { ...defaultSettings, ...decoded } };
  };

  it('are asked first for what is read, and never told what is pushed', async () => {
    const here = await server({ address: '127.0.0.1' });
    await using origin = await faultyRegistry(here.host);
    await using mirror = await faultyRegistry(here.host);
    const options = settings({ [origin.host]: [mirror.host] });
    const pulling = client(origin, options);
    expect(await resolved(pulling)).toBe(digest.value);
    await pulling.fetchManifest(digest.value, signal);
    await pulling.listTags(signal);
    expect(mirror.seen).toEqual([
      'GET /v2/',
      'HEAD /v2/team/thing/manifests/1',
      `GET /v2/team/thing/manifests/${digest.value}`,
    ]);
    expect(origin.seen).toEqual(['GET /v2/', 'GET /v2/team/thing/tags/list?n=1000']);
    await pushSomething(client(origin, options, 'push', 'team/other'));
    expect(mirror.seen).toHaveLength(3);
  });

  it('are passed over when they are away, fail, or have not what is wanted', async () => {
    const here = await server({ address: '127.0.0.1' });
    const empty = await registryServer();
    onTestFinished(() => empty[Symbol.asyncDispose]());
    await using broken = await faultyRegistry(here.host);
    broken.fault = (_, path) => (path === '/v2/' ? undefined : { status: 403 });
    await using stalled = await faultyRegistry(here.host);
    stalled.fault = () => ({ stallAfterBytes: 0 });
    const mirrors = ['127.0.0.1:1', broken.host, empty.host, stalled.host];
    expect(await resolved(client(here, settings({ [here.host]: mirrors })))).toBe(digest.value);
    const gone = client(here, settings({ [here.host]: mirrors.slice(0, 3) }));
    await expect(gone.resolve('gone', signal)).rejects.toThrow(
      `manifest for ${here.host}/team/thing:gone not found`,
    );
  });

  it('may keep a registry below a path, and may speak plain HTTP where that is said', async () => {
    await using seen = await faultyRegistry((await server({ address: '127.0.0.1' })).host);
    const nested = await registryServer();
    onTestFinished(() => nested[Symbol.asyncDispose]());
    await pushSomething(client(nested, {}, 'push', 'proxy/hub/team/thing'));
    const options = settings({ [seen.host]: [`${nested.host}/proxy/hub`] });
    expect(await resolved(client(seen, options))).toBe(digest.value);
    expect(seen.seen).toEqual([]);
    const unreachable = { host: '10.77.0.9:5000' };
    expect(
      await resolved(client(unreachable, settings({ [unreachable.host]: [`http://${plain.host}`] }))),
    ).toBe(digest.value);
    await expect(
      resolved(client({ host: `${address}:1` }, settings({ [`${address}:1`]: [`http://${tls.host}`] }))),
    ).rejects.toThrow('connection refused');
  });

  it('are not shown the login of the registry they stand for', async () => {
    const closed = await server({ address: '127.0.0.1', auth: true });
    const asked: string[] = [];
    const mine: Options = {
      ...settings({ [closed.host]: ['127.0.0.1:1', closed.host.replace('127.0.0.1', 'localhost')] }),
      find: async ({ domain }) => {
        asked.push(domain);
        if (domain !== closed.host) return undefined;
        return { kind: 'password', username: registryUser, password: registryPassword };
      },
    };
    expect(await resolved(client(closed, mine))).toBe(digest.value);
    expect(asked).toContain(closed.host.replace('127.0.0.1', 'localhost'));
  });
});

describe('a proxy', () => {
  const through = (proxy: Pick<ProxyServer, 'url'>, more: Readonly<Record<string, string>> = {}) => ({
    env: { HTTP_PROXY: proxy.url, https_proxy: proxy.url, ...more },
  });
  const trusted = () => ({
    certificateFolders: certsD(tls.host, [['ca.crt', tls.certificate as string]]),
  });

  it('carries TLS in a tunnel, and plain HTTP as it is', async () => {
    await using proxy = await proxyServer();
    expect(await resolved(client(tls, { ...through(proxy), ...trusted() }))).toBe(digest.value);
    expect(new Set(proxy.requests())).toEqual(new Set([`CONNECT ${tls.host}`]));
    expect(await resolved(client(plain, { ...through(proxy), insecure: [plain.host] }))).toBe(digest.value);
    expect(proxy.requests()).toContain(`HEAD http://${plain.host}/v2/team/thing/manifests/1`);
    await pushSomething(client(tls, { ...through(proxy), ...trusted() }, 'push', 'team/pushed'));
  });

  it('is left out for what NO_PROXY lists, and for loopback', async () => {
    await using proxy = await proxyServer();
    const env = through(proxy, { NO_PROXY: '10.77.0.0/24' });
    expect(await resolved(client(tls, { ...env, ...trusted() }))).toBe(digest.value);
    expect(await resolved(client(await server({ address: '127.0.0.1' }), through(proxy)))).toBe(digest.value);
    expect(proxy.requests()).toEqual([]);
  });

  it('gets its user and password, and says so without', async () => {
    await using proxy = await proxyServer({ user: 'me', password: 'secret' });
    expect(await resolved(client(tls, { ...through(proxy), ...trusted() }))).toBe(digest.value);
    const anonymous = through({ url: `http://${proxy.host}` });
    for (const options of [
      { to: tls, ...anonymous, ...trusted() },
      { to: plain, ...anonymous, insecure: [plain.host] },
    ]) {
      const error = await resolved(client(options.to, options)).catch((thrown: Error) => thrown);
      expect(error).toMatchObject({ code: 'proxy-refused' });
      expect(String(error)).toMatch(/proxyconnect tcp: proxy 127\.0\.0\.1:\d+ refuses: 40[17]/);
      expect(String(error)).not.toContain('secret');
    }
  });

  it('that does not answer is told from a registry that does not', async () => {
    const gone = through({ url: 'http://127.0.0.1:1' });
    await expect(resolved(client(tls, { ...gone, ...trusted() }))).rejects.toMatchObject({
      code: 'proxy-failed',
      message: `cannot reach registry ${tls.host}: proxyconnect tcp: proxy 127.0.0.1:1: connection refused`,
    });
    await expect(resolved(client(tls, { env: { HTTPS_PROXY: 'socks5://x' } }))).rejects.toThrow(
      'HTTPS_PROXY is "socks5://x", which is no proxy that can be used',
    );
  });
});

describe('a name that no DNS knows', () => {
  it('is told in the words scripts know', async () => {
    await expect(resolved(client({ host: 'registry.invalid' }))).rejects.toThrow(
      /cannot reach registry registry\.invalid: .*(no such host|name resolution)/,
    );
  });
});
