import { describe, expect, it } from 'vitest';
import { containerTable } from '../../../../src/app/commands/container/container-table.ts';
import { imageBuild } from '../../../../src/app/commands/image/build.ts';
import { parseInput } from '../../../../src/app/commands/parse/parse-input.ts';
import { eventDocument } from '../../../../src/app/commands/system/event-document.ts';
import { systemInfo } from '../../../../src/app/commands/system/info.ts';
import { systemVersion } from '../../../../src/app/commands/system/version.ts';
import { sampleContainers } from '../../../support/sample-objects.ts';

describe('the command of a container', () => {
  const [sample] = sampleContainers();
  it.each([
    [['sh', '-c', 'i=0; while true; do :; done'], true, `"sh -c 'i=0; while true; do :; done'"`],
    [['sh', '-c', 'i=0; while true; do :; done'], false, `"sh -c 'i=0; while t…"`],
    [['/a b', 'c'], true, '"/a b c"'],
    [['sh'], true, '"sh"'],
  ] as const)('%j (in full: %s) is listed as %s', (command, full, text) => {
    const row = { ...sample, command } as never;
    expect(containerTable.fields['Command']?.value(row, { full } as never)).toBe(text);
  });
});

describe('a build', () => {
  const read = (...words: string[]) => {
    const parsed = parseInput(imageBuild, [...words, '.'], 'build');
    return parsed.help ? { args: {}, options: {} } : parsed.input;
  };

  it('takes what asks for no attestation, and for no intermediate containers', async () => {
    const words = ['--provenance=false', '--sbom=false', '--rm', '--rm=false', '--force-rm'];
    const { options } = read(...words);
    expect(options).toMatchObject({ provenance: 'false', sbom: 'false', rm: false, forceRm: true });
  });

  it('refuses several platforms in a word', async () => {
    const run = imageBuild.run({} as never, read('--platform=linux/amd64,linux/arm64') as never);
    await expect(run).rejects.toThrow('one platform at a time');
  });

  it.each(['--provenance=mode=max', '--sbom=true'])('refuses %s', async (word) => {
    await expect(imageBuild.run({} as never, read(word) as never)).rejects.toMatchObject({
      code: 'unsupported-option',
      message: expect.stringContaining('attestations are not made'),
    });
  });
});

describe('an event of an image', () => {
  const event = { type: 'image.tagged', id: 'sha256:1', time: '2026-01-01T00:00:00.000Z' } as const;
  it.each([
    ['docker.io/library/busybox:1', 'busybox:1'],
    ['127.0.0.1:5000/team/web:1', '127.0.0.1:5000/team/web:1'],
    ['Not A Name', 'Not A Name'],
  ])('of %s names it %s', (name, familiar) => {
    const document = eventDocument({ ...event, name } as never);
    expect(document?.Actor.Attributes).toEqual({ name: familiar });
  });
});

describe('what is told of the machine', () => {
  const info = {
    architecture: 'x86_64',
    memoryBytes: 1,
    hostName: 'host-1',
    containers: { running: 0, paused: 0, stopped: 0 },
    insecureRegistries: [],
    registryMirrors: {},
    warnings: [],
  };
  const ctx = {
    engine: { system: { info: async () => info } },
    signal: new AbortController().signal,
  } as never;

  it('is its platform by Go’s names in a version, and its own name', async () => {
    const version = await systemVersion.run(ctx, { args: {}, options: {} } as never);
    expect(version).toMatchObject({
      documents: [{ Server: { Os: 'linux', Arch: 'amd64' } }],
      text: expect.stringContaining('OS/Arch:   linux/amd64\n'),
    });
    const told = await systemInfo.run(ctx, { args: {}, options: {} } as never);
    expect(told).toMatchObject({ documents: [{ Name: 'host-1', Architecture: 'x86_64' }] });
  });
});
