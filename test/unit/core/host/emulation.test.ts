import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runsHere } from '../../../../src/core/host/emulation.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const host = { os: 'linux', architecture: 'amd64' };
const linux = (architecture: string) => ({ os: 'linux', architecture });

/** As qemu-user-static registers it for 64-bit ARM. */
const arm64Entry = `enabled
interpreter /usr/bin/qemu-aarch64-static
flags: F
offset 0
magic 7f454c460201010000000000000000000200b700
mask ffffffffffffff00fffffffffffffffffeffffff
`;

describe('runsHere', () => {
  it('knows what the processor runs itself', () => {
    const folder = '/none';
    expect(runsHere(linux('amd64'), { host, folder })).toBe(true);
    expect(runsHere(linux('386'), { host, folder })).toBe(true);
    expect(runsHere(linux('arm64'), { host, folder })).toBe(false);
    expect(runsHere(linux('arm'), { host: linux('arm64'), folder })).toBe(true);
    expect(runsHere({ os: 'windows', architecture: 'amd64' }, { host, folder })).toBe(false);
    expect(runsHere(linux('sw64'), { host, folder })).toBe(true);
  });

  it.each([
    ['registered', arm64Entry, true],
    ['disabled', arm64Entry.replace('enabled', 'disabled'), false],
    ['not to be found from inside', arm64Entry.replace('flags: F', 'flags: OC'), false],
    ['for another machine', arm64Entry.replace('b700', 'f300'), false],
    ['for a file name', 'enabled\ninterpreter /usr/bin/x\nflags: F\nextension .arm\n', false],
  ])('believes an emulator that is %s: %#', (_what, entry, expected) => {
    using folder = tempFolder();
    writeFileSync(folder.at('status'), 'enabled\n');
    writeFileSync(folder.at('qemu-aarch64'), entry);
    expect(runsHere(linux('arm64'), { host, folder: folder.path })).toBe(expected);
    expect(runsHere(linux('s390x'), { host, folder: folder.path })).toBe(false);
  });
});
