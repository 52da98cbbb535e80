import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliStand, cliStand } from '../../support/cli-stand.ts';
import { faultyRegistry } from '../../support/faulty-registry.ts';
import type { GantryCli } from '../../support/gantry-cli.ts';
import { type RegistryServer, registryServer } from '../../support/registry-server.ts';
import { mustRun } from '../../support/run-program.ts';
import { scriptedServer } from '../../support/scripted-server.ts';
import { type TokenServer, tokenPassword, tokenServer, tokenUser } from '../../support/token-server.ts';

let stand: CliStand;
let gantry: GantryCli;
let server: RegistryServer;
let tokens: TokenServer;
let byToken: RegistryServer;

beforeAll(async () => {
  tokens = await tokenServer();
  [stand, server, byToken] = await Promise.all([cliStand(), registryServer(), registryServer({ tokens })]);
  gantry = stand.gantry;
  for (const name of ['team/web:1', 'team/webshop', 'other']) {
    await gantry.must('tag', 'busybox', `${server.host}/${name}`);
    await gantry.must('push', '-q', `${server.host}/${name}`);
  }
});
afterAll(async () => {
  await Promise.all([server[Symbol.asyncDispose](), byToken[Symbol.asyncDispose]()]);
  await tokens[Symbol.asyncDispose]();
  await stand[Symbol.asyncDispose]();
});

describe('manifest inspect', () => {
  const docker = async (...words: readonly string[]) =>
    mustRun(['docker', 'manifest', 'inspect', '--insecure', ...words], {
      env: { DOCKER_CONFIG: stand.root.at('docker') },
    });

  it.each(['oci', 'v2s2'])('shows what docker shows of a manifest (%s)', async (form) => {
    const name = `${server.host}/forms:${form}`;
    const copy = ['skopeo', 'copy', '--insecure-policy', '--src-tls-verify=false', '--dest-tls-verify=false'];
    await mustRun([...copy, '--format', form, `docker://${server.host}/team/web:1`, `docker://${name}`]);
    expect(await gantry.must('manifest', 'inspect', name)).toBe(await docker(name));
    const [ours, theirs] = [await gantry.must('manifest', 'inspect', '-v', name), await docker('-v', name)];
    // A docker of another age leaves Raw out.
    expect(JSON.parse(ours)).toMatchObject(JSON.parse(theirs));
    expect(JSON.parse(ours).Descriptor.platform.os).toBe('linux');
  });

  it('shows what docker shows of an index', async () => {
    const inner = JSON.parse(await gantry.must('manifest', 'inspect', '-v', `${server.host}/team/web:1`));
    const { mediaType, digest, size } = inner.Descriptor;
    const index = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [{ mediaType, size, digest, platform: { architecture: 'arm', os: 'linux', variant: 'v7' } }],
    };
    const put = await fetch(`${server.url}/v2/team/web/manifests/many`, {
      method: 'PUT',
      headers: { 'Content-Type': index.mediaType },
      body: JSON.stringify(index),
    });
    expect(put.status).toBe(201);
    const name = `${server.host}/team/web:many`;
    expect(JSON.parse(await gantry.must('manifest', 'inspect', name))).toEqual(
      JSON.parse(await docker(name)),
    );
    const ours = JSON.parse(await gantry.must('manifest', 'inspect', '--verbose', name));
    const [theirs] = JSON.parse(await docker('-v', name));
    expect(ours).toHaveLength(1);
    expect(ours[0]).toMatchObject({ ...theirs, Raw: expect.anything() });
  });

  it('says that there is none', async () => {
    expect(await gantry('manifest', 'inspect', `${server.host}/team/web:gone`)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`no such manifest: ${server.host}/team/web:gone`),
    });
  });
});

describe('search', () => {
  it('finds names in the catalog of a registry that has nothing better', async () => {
    const found = await gantry.must('search', `${server.host}/web`);
    expect(found.split('\n')[0]).toMatch(/^NAME +DESCRIPTION +STARS +OFFICIAL/);
    const names = ['--format', '{{.Name}}'];
    expect(await gantry.must('search', ...names, `${server.host}/web`)).toBe(
      `${server.host}/team/web\n${server.host}/team/webshop\n`,
    );
    expect(await gantry.must('search', ...names, '--limit', '1', `${server.host}/web`)).toBe(
      `${server.host}/team/web\n`,
    );
    expect(await gantry.must('search', ...names, `${server.host}/nothing`)).toBe('');
  });

  it('says that a registry does not show its catalog, and finds with a login', async () => {
    const refused = await gantry('search', `${byToken.host}/web`);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`registry ${byToken.host} cannot be searched`);
    expect(refused.stderr).toContain(`gantry login ${byToken.host}`);
    const folder = stand.root.at('searcher');
    const env = { DOCKER_CONFIG: folder };
    const login = ['login', '-u', tokenUser, '--password-stdin', byToken.host];
    expect((await gantry.with({ env, input: tokenPassword }, ...login)).status).toBe(0);
    expect(await gantry.with({ env }, 'search', `${byToken.host}/web`)).toMatchObject({ status: 0 });
  });

  it('asks the search of a registry that has one, as Docker Hub has', async () => {
    const seen: string[] = [];
    const host = await scriptedServer((request, response) => {
      if (request.url === '/v2/') return void response.end();
      seen.push(request.url ?? '');
      const item = {
        name: 'web',
        description: `${'long '.repeat(20)}\u001b[31m`,
        star_count: 7,
        is_official: true,
      };
      response.end(
        JSON.stringify({ results: [item, { ...item, name: 'a/web', star_count: 1, is_official: false }] }),
      );
    });
    const table = await gantry.must('search', `${host}/we b`);
    expect(seen).toEqual(['/v1/search?q=we+b&n=25']);
    expect(table.split('\n')[1]).toMatch(/^web +long .*… +7 +\[OK\]$/);
    expect(table).not.toContain('\u001b');
    const filter = (...words: readonly string[]) =>
      gantry('search', '--format', '{{.Name}}', ...words.flatMap((word) => ['-f', word]), `${host}/web`);
    expect((await filter('stars=3')).stdout).toBe('web\n');
    expect((await filter('is-official=false')).stdout).toBe('a/web\n');
    expect((await filter('colour=red')).stderr).toContain("invalid filter 'colour'");
    expect((await gantry('search', '--limit', '101', 'x')).stderr).toContain(
      'limit 101 is outside the range of [1, 100]',
    );
  });
});

describe('what is no image', () => {
  it('is not pulled, and told by its name', async () => {
    const put = (path: string, type: string, body: string) =>
      fetch(`${server.url}/v2/team/chart/${path}`, {
        method: 'PUT',
        headers: { 'Content-Type': type },
        body,
      });
    const begun = await fetch(`${server.url}/v2/team/chart/blobs/uploads/`, { method: 'POST' });
    const { createHash } = await import('node:crypto');
    const digest = `sha256:${createHash('sha256').update('{}').digest('hex')}`;
    const place = new URL(begun.headers.get('location') as string, server.url);
    place.searchParams.set('digest', digest);
    await fetch(place, { method: 'PUT', body: '{}' });
    const type = 'application/vnd.oci.image.manifest.v1+json';
    const config = { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest, size: 2 };
    const manifest = { schemaVersion: 2, mediaType: type, config, layers: [] };
    expect((await put('manifests/1', type, JSON.stringify(manifest))).status).toBe(201);
    const { status, stderr } = await gantry('pull', `${server.host}/team/chart:1`);
    expect(status).toBe(1);
    expect(stderr).toContain('not a container image but application/vnd.cncf.helm.config.v1+json');
    expect(stderr).toContain('oras, helm, cosign');
    expect(await gantry.must('manifest', 'inspect', '-v', `${server.host}/team/chart:1`)).toContain(
      'helm.config',
    );
  });
});

describe('what a registry warns of', () => {
  it('is said once on stderr, also where nothing else is', async () => {
    await using proxy = await faultyRegistry(server.host);
    proxy.fault = () => ({ headers: { warning: '299 - "this registry closes in May"' } });
    for (const words of [['-q'], []]) {
      await gantry('rmi', `${proxy.host}/other`);
      const { status, stderr, stdout } = await gantry('pull', ...words, `${proxy.host}/other`);
      expect(status).toBe(0);
      expect(stderr).toBe(`${proxy.host}: this registry closes in May\n`);
      expect(stdout).not.toContain('May');
    }
  });
});

describe('the settings of registries', () => {
  it('are read before any registry is asked, and told with file and key', async () => {
    const config = stand.root.at('settings');
    const env = { XDG_CONFIG_HOME: config };
    const file = `${config}/gantry/registries.json`;
    await mustRun(['mkdir', '-p', `${config}/gantry`]);
    writeFileSync(file, '{"mirrors": {"docker.io": ["ftp://x"]}}');
    const { status, stderr } = await gantry.with({ env }, 'pull', `${server.host}/other`);
    expect(status).toBe(1);
    expect(stderr).toContain(
      `${file}: mirrors["docker.io"][0] "ftp://x" is no [http[s]://]host[:port][/path]`,
    );
    expect((await gantry.with({ env }, 'images')).status).toBe(0);
    writeFileSync(file, JSON.stringify({ mirrors: { 'docker.io': [`${server.host}/team`] } }));
    await gantry.must('tag', 'busybox', `${server.host}/team/library/mirrored`);
    await gantry.must('push', '-q', `${server.host}/team/library/mirrored`);
    expect((await gantry.with({ env }, 'pull', '-q', 'mirrored')).stdout).toBe(
      'docker.io/library/mirrored:latest\n',
    );
  });

  it('may name insecure registries on the command line too', async () => {
    expect((await gantry('--insecure-registry', 'http://x', 'pull', 'x')).stderr).toContain(
      '--insecure-registry: value "http://x": leave the scheme out',
    );
    expect(
      (await gantry('--insecure-registry', server.host, 'pull', '-q', `${server.host}/other`)).status,
    ).toBe(0);
  });
});
