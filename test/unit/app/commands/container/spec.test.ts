import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkVolumesFrom } from '../../../../../src/app/commands/container/spec/mount-mode.ts';
import { parseHealth } from '../../../../../src/app/commands/container/spec/parse-health.ts';
import { parseHost } from '../../../../../src/app/commands/container/spec/parse-host.ts';
import { parseLabels } from '../../../../../src/app/commands/container/spec/parse-labels.ts';
import { parseMount } from '../../../../../src/app/commands/container/spec/parse-mount.ts';
import { parseNetworks } from '../../../../../src/app/commands/container/spec/parse-network.ts';
import { parsePairs } from '../../../../../src/app/commands/container/spec/parse-pairs.ts';
import { parseExpose, parsePort } from '../../../../../src/app/commands/container/spec/parse-port.ts';
import { parseRestart } from '../../../../../src/app/commands/container/spec/parse-restart.ts';
import { parseTmpfs } from '../../../../../src/app/commands/container/spec/parse-tmpfs.ts';
import { parseUlimit } from '../../../../../src/app/commands/container/spec/parse-ulimit.ts';
import { parseVolume } from '../../../../../src/app/commands/container/spec/parse-volume.ts';
import { readEnvironment } from '../../../../../src/app/commands/container/spec/read-environment.ts';

describe('a published port', () => {
  const tcp = { protocol: 'tcp', hostAddress: '' } as const;

  it.each([
    ['80', [{ ...tcp, containerPort: 80, hostPort: 0 }]],
    ['8080:80', [{ ...tcp, containerPort: 80, hostPort: 8080 }]],
    ['8080:80/udp', [{ ...tcp, protocol: 'udp', containerPort: 80, hostPort: 8080 }]],
    ['127.0.0.1:8080:80', [{ ...tcp, hostAddress: '127.0.0.1', containerPort: 80, hostPort: 8080 }]],
    ['0.0.0.0:8080:80', [{ ...tcp, hostAddress: '0.0.0.0', containerPort: 80, hostPort: 8080 }]],
    ['127.0.0.1::80', [{ ...tcp, hostAddress: '127.0.0.1', containerPort: 80, hostPort: 0 }]],
    ['[::1]:8080:80', [{ ...tcp, hostAddress: '::1', containerPort: 80, hostPort: 8080 }]],
    ['[0:0::1]:8080:80', [{ ...tcp, hostAddress: '::1', containerPort: 80, hostPort: 8080 }]],
    ['::1:8080:80', [{ ...tcp, hostAddress: '::1', containerPort: 80, hostPort: 8080 }]],
    ['8000-8010:80', [{ ...tcp, containerPort: 80, hostPort: 8000, hostPortEnd: 8010 }]],
    [
      '3000-3001:4000-4001',
      [
        { ...tcp, containerPort: 4000, hostPort: 3000 },
        { ...tcp, containerPort: 4001, hostPort: 3001 },
      ],
    ],
  ])('%s is understood', (text, ports) => {
    expect(parsePort(text)).toEqual(ports);
  });

  it.each([
    ['x', 'invalid containerPort: x'],
    ['x:80', 'invalid hostPort: x'],
    ['99999', 'invalid containerPort: 99999'],
    ['0', 'invalid containerPort: 0'],
    ['80/sctp', 'invalid proto: sctp'],
    ['1.2.3:80:80', 'invalid IP address: 1.2.3'],
    ['80-81:90-95', 'invalid ranges specified for container and host Ports: 90-95 and 80-81'],
    ['8080:', 'no port specified: 8080:<empty>'],
    ['', 'no port specified: <empty>'],
    ['81-80:81-80', 'invalid containerPort: 81-80'],
  ])('%s is refused', (text, message) => {
    expect(() => parsePort(text)).toThrow(message);
  });

  it('may only be exposed', () => {
    expect(parseExpose('80')).toEqual(['80/tcp']);
    expect(parseExpose('80-81/udp')).toEqual(['80/udp', '81/udp']);
    expect(() => parseExpose('1:2')).toThrow('invalid port format for --expose: 1:2');
  });
});

describe('a volume', () => {
  const parse = (text: string) => parseVolume(text, '/home/me');

  it.each([
    ['data:/srv', { type: 'volume', name: 'data', target: '/srv', readOnly: false, noCopy: false }],
    ['data:/srv:ro,nocopy', { type: 'volume', name: 'data', target: '/srv', readOnly: true, noCopy: true }],
    ['/srv', { type: 'volume', name: undefined, target: '/srv', readOnly: false, noCopy: false }],
    ['/a:/b', { type: 'bind', source: '/a', target: '/b', readOnly: false, createSource: true }],
    [
      './src:/src:ro',
      { type: 'bind', source: '/home/me/src', target: '/src', readOnly: true, createSource: true },
    ],
    ['.:/src:z', { type: 'bind', source: '/home/me', target: '/src', readOnly: false, createSource: true }],
    ['../x:/x', { type: 'bind', source: '/home/x', target: '/x', readOnly: false, createSource: true }],
    [
      '/a:/b:rshared',
      {
        type: 'bind',
        source: '/a',
        target: '/b',
        readOnly: false,
        createSource: true,
        propagation: 'rshared',
      },
    ],
  ])('%s is understood', (text, mount) => {
    expect(parse(text)).toEqual(mount);
  });

  it.each([
    ['a b:/x', 'includes invalid characters for a local volume name'],
    ['x:/y', 'includes invalid characters for a local volume name'],
    ['data:srv', "invalid mount path: 'srv' mount path must be absolute"],
    ['/a:/', "destination can't be '/'"],
    ['/a:/b:zz', 'invalid mode: zz'],
    ['data:/b:ro,rw', 'invalid mode: ro,rw'],
    ['data:/b:z,Z', 'invalid mode: z,Z'],
    ['data:/b:nocopy,nocopy', 'invalid mode: nocopy,nocopy'],
    ['/a:/b:shared,rslave', 'invalid mode: shared,rslave'],
    ['data:/b:rshared', 'mount config for type "volume": field BindOptions must not be specified'],
    ['/a:/b:nocopy', 'mount config for type "bind": field VolumeOptions must not be specified'],
    ['a::b', "invalid volume specification: 'a::b'"],
    ['', "invalid volume specification: ''"],
    ['a:b:c:d', "invalid volume specification: 'a:b:c:d'"],
  ])('%s is refused', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

describe('--volumes-from', () => {
  it.each(['other', 'other:ro', 'other:ro,z'])('%s is taken', (text) => {
    expect(checkVolumesFrom(text)).toBe(text);
  });
  it.each(['bogus', 'ro,rw', 'nocopy', 'rshared'])('other:%s is refused', (mode) => {
    expect(() => checkVolumesFrom(`other:${mode}`)).toThrow(`invalid mode: ${mode}`);
  });
});

describe('a mount', () => {
  const parse = (text: string) => parseMount(text, '/home/me');

  it.each([
    [
      'type=bind,source=/a,target=/b,readonly',
      { type: 'bind', source: '/a', target: '/b', readOnly: true, createSource: false },
    ],
    [
      'type=bind,src=rel,dst=/b,ro=false,bind-propagation=rslave',
      {
        type: 'bind',
        source: '/home/me/rel',
        target: '/b',
        readOnly: false,
        createSource: false,
        propagation: 'rslave',
      },
    ],
    [
      'source=data,destination=/b',
      { type: 'volume', name: 'data', target: '/b', readOnly: false, noCopy: false },
    ],
    [
      'type=volume,target=/b,volume-nocopy',
      { type: 'volume', name: undefined, target: '/b', readOnly: false, noCopy: true },
    ],
    [
      'type=tmpfs,target=/run,tmpfs-size=1m,tmpfs-mode=1770',
      { type: 'tmpfs', target: '/run', options: 'rw,size=1048576,mode=1770' },
    ],
  ])('%s is understood', (text, mount) => {
    expect(parse(text)).toEqual(mount);
  });

  it.each([
    ['type=bind,source=/a', 'target is required'],
    ['type=bind,target=/b', 'source is required'],
    ['type=npipe,target=/b', "mount type 'npipe' is not supported"],
    ['type=tmpfs,source=x,target=/b', 'cannot use source with a tmpfs mount'],
    ['target=b', "invalid mount path: 'b' mount path must be absolute"],
    ['target=/b,foo=1', "unexpected key 'foo' in 'foo=1'"],
    ['target', "invalid field 'target' must be a key=value pair"],
    ['type=bind,source=/a,target=/b,bind-propagation=suid', 'invalid propagation mode: suid'],
    ['constructor=x,target=/b', "unexpected key 'constructor'"],
    ['type=bind,source=/a,target=/b,tmpfs-size=1', "cannot mix 'tmpfs-size' with mount type 'bind'"],
  ])('%s is refused', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('of memory may come by its short option', () => {
    expect(parseTmpfs('/run:size=64m')).toEqual({ type: 'tmpfs', target: '/run', options: 'size=64m' });
    expect(() => parseTmpfs('run')).toThrow('must be absolute');
  });
});

describe('the environment', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'gantry-env-'));
  });
  afterAll(() => rm(dir, { recursive: true }));
  const file = async (text: string | Uint8Array) => {
    await writeFile(join(dir, 'env'), text);
    return ['env'];
  };
  const read = async (text: string | Uint8Array, words: readonly string[] = []) =>
    readEnvironment(await file(text), words, { cwd: dir, env: { HERE: 'yes', EMPTY: '' } });

  it('comes from files first, then from options', async () => {
    expect(
      await read('\ufeffA=1\n# not this\n\n  B="quoted"\r\nHERE\nGONE\n', ['A=2', 'EMPTY', 'GONE']),
    ).toEqual(['A=1', 'B="quoted"', 'HERE=yes', 'A=2', 'EMPTY=']);
  });

  it('refuses what is no variable', async () => {
    await expect(read('A B=1\n')).rejects.toThrow("variable 'A B' contains whitespaces");
    await expect(read('=1\n')).rejects.toThrow("no variable name on line '=1'");
    await expect(read(Uint8Array.of(0x41, 0x3d, 0xff))).rejects.toThrow('invalid utf8 bytes');
    await expect(read('', ['=x'])).rejects.toThrow('invalid environment variable: =x');
    await expect(readEnvironment(['nope'], [], { cwd: dir, env: {} })).rejects.toThrow(
      'open nope: no such file or directory',
    );
  });
});

describe('other values', () => {
  it('say when to start again', () => {
    expect(parseRestart('no')).toEqual({ name: 'no', maximumRetries: 0 });
    expect(parseRestart('on-failure:5')).toEqual({ name: 'on-failure', maximumRetries: 5 });
    expect(parseRestart('unless-stopped')).toEqual({ name: 'unless-stopped', maximumRetries: 0 });
    expect(() => parseRestart('sometimes')).toThrow("unknown policy 'sometimes'");
    expect(() => parseRestart('on-failure:x')).toThrow('maximum retry count must be an integer');
    expect(() => parseRestart('on-failure:-1')).toThrow('cannot be negative');
    expect(() => parseRestart('always:3')).toThrow('can only be used with on-failure');
  });

  it('limit resources', () => {
    expect(parseUlimit('nofile=1024:2048')).toEqual({ name: 'nofile', soft: 1024, hard: 2048 });
    expect(parseUlimit('nproc=-1')).toEqual({ name: 'nproc', soft: -1, hard: -1 });
    expect(() => parseUlimit('nope=1')).toThrow('invalid ulimit type: nope');
    expect(() => parseUlimit('nofile=5:1')).toThrow('soft limit must be less than or equal to hard limit');
    expect(() => parseUlimit('nofile')).toThrow('invalid ulimit argument: nofile');
  });

  it('check health', () => {
    const nothing = {
      healthCmd: undefined,
      healthInterval: undefined,
      healthTimeout: undefined,
      healthStartPeriod: undefined,
      healthStartInterval: undefined,
      healthRetries: undefined,
      noHealthcheck: false,
    };
    expect(parseHealth(nothing)).toBeUndefined();
    expect(parseHealth({ ...nothing, noHealthcheck: true })).toEqual({ Test: ['NONE'] });
    expect(parseHealth({ ...nothing, healthCmd: 'true', healthInterval: 1e9, healthRetries: 2 })).toEqual({
      Test: ['CMD-SHELL', 'true'],
      Interval: 1e9,
      Retries: 2,
    });
    expect(() => parseHealth({ ...nothing, healthCmd: 'x', noHealthcheck: true })).toThrow('conflicts with');
    expect(() => parseHealth({ ...nothing, healthStartPeriod: 5 })).toThrow(
      '--health-start-period cannot be less than 1ms',
    );
  });

  it('read --mount as comma-separated values, with every key of Docker or a reason', () => {
    const mount = (text: string) => parseMount(text, '/here');
    expect(mount('type=bind,"src=/a,b",dst=/t,bind-nonrecursive,bind-create-src')).toEqual({
      type: 'bind',
      source: '/a,b',
      target: '/t',
      readOnly: false,
      createSource: true,
      nonRecursive: true,
    });
    expect(mount('type=bind,src=/a,dst=/t,ro,bind-recursive=readonly')).toMatchObject({ readOnly: true });
    expect(mount('src=v1,dst=/t,volume-label=a=1,volume-label=b,volume-driver=local')).toMatchObject({
      type: 'volume',
      labels: { a: '1', b: '' },
    });
    expect(mount('src=v1,dst=/t,volume-subpath=a//b/../c')).toMatchObject({ subpath: 'a/c' });
    for (const out of ['/a', '..', 'a/../../b']) {
      expect(() => mount(`src=v1,dst=/t,volume-subpath=${out}`)).toThrow('must be a relative path within');
    }
    expect(() => mount('src=v1,dst=/t,volume-opt=type=nfs')).toThrow('volumes are plain folders');
    expect(() => mount('src=v1,dst=/t,volume-driver=nfs')).toThrow('error looking up volume plugin nfs');
    expect(() => mount('type=bind,src=/a,dst=/t,bind-recursive=readonly')).toThrow("requires 'readonly'");
    expect(() => mount('type=bind,src=/a,dst=/t,bind-recursive=maybe')).toThrow(
      'invalid value for bind-recursive',
    );
  });

  it('name networks and hosts', () => {
    expect(parseNetworks([])).toEqual({ first: undefined, more: [] });
    expect(parseNetworks(['name=back,alias=db,alias=sql,ip=10.0.0.2', 'front'])).toEqual({
      first: { network: 'back', aliases: ['db', 'sql'], address: '10.0.0.2', macAddress: undefined },
      more: [{ network: 'front' }],
    });
    expect(() => parseNetworks(['alias=x'])).toThrow('network name/id is not specified');
    expect(() => parseNetworks(['name=x,gw-priority=1'])).toThrow('invalid field gw-priority');
    expect(parseHost('db:10.0.0.1')).toBe('db:10.0.0.1');
    expect(parseHost('db=[::1]')).toBe('db:::1');
    expect(parseHost('out:host-gateway')).toBe('out:host-gateway');
    expect(() => parseHost('db')).toThrow('bad format for add-host: "db"');
    expect(() => parseHost('db:x')).toThrow('invalid IP address in add-host: "x"');
  });

  it('name every label', () => {
    expect(parseLabels(['a=1', 'b'])).toEqual({ a: '1', b: '' });
    for (const bad of ['=x', '', '=']) {
      expect(() => parseLabels([bad])).toThrow(`invalid label '${bad}': empty name`);
    }
  });

  it('pair names with values', () => {
    expect(parsePairs(['a=1', 'b', 'a=2=3'])).toEqual({ a: '2=3', b: '' });
    expect(Object.hasOwn(parsePairs(['__proto__=x']), '__proto__')).toBe(true);
  });
});
