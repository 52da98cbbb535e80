import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from '../../oci/platform.ts';
import { hostPlatform } from './host-platform.ts';

/** How an executable of an architecture begins (elf(5)): 32 or 64 bits, byte order, machine. */
const elf: Readonly<
  Record<string, { readonly bits: 32 | 64; readonly big?: true; readonly machine: number }>
> = {
  '386': { bits: 32, machine: 0x03 },
  amd64: { bits: 64, machine: 0x3e },
  arm: { bits: 32, machine: 0x28 },
  arm64: { bits: 64, machine: 0xb7 },
  loong64: { bits: 64, machine: 0x102 },
  mips64le: { bits: 64, machine: 0x08 },
  ppc64le: { bits: 64, machine: 0x15 },
  riscv64: { bits: 64, machine: 0xf3 },
  s390x: { bits: 64, big: true, machine: 0x16 },
};
/** What a processor runs beside its own. */
const natively: Readonly<Record<string, readonly string[]>> = { amd64: ['386'], arm64: ['arm'] };
const registry = '/proc/sys/fs/binfmt_misc';

/**
 * Whether programs of a platform run here: by the processor itself, or by an emulator the kernel starts for them
 * (binfmt_misc) that is found from inside a container too (its flag `F`). Of architectures nobody has heard of we say yes.
 */
export function runsHere(
  { os, architecture }: Platform,
  { host = hostPlatform(), folder = registry }: { readonly host?: Platform; readonly folder?: string } = {},
): boolean {
  if (os !== host.os) return false;
  if (architecture === host.architecture || natively[host.architecture]?.includes(architecture) === true)
    return true;
  const header = headerOf(architecture);
  return header === undefined || entriesOf(folder).some((text) => starts(text, header));
}

function headerOf(architecture: string): Buffer | undefined {
  const kind = Object.hasOwn(elf, architecture) ? elf[architecture] : undefined;
  if (kind === undefined) return undefined;
  const { bits, big = false, machine } = kind;
  const header = Buffer.alloc(20);
  header.set([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, big ? 2 : 1, 1]);
  // An executable (type 2) for that machine.
  for (const [at, value] of [
    [16, 2],
    [18, machine],
  ] as const) {
    if (big) header.writeUInt16BE(value, at);
    else header.writeUInt16LE(value, at);
  }
  return header;
}

function entriesOf(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name !== 'register' && name !== 'status');
    return names.map((name) => readFileSync(join(folder, name), 'latin1'));
  } catch {
    return [];
  }
}

/** Whether an entry (kernel, admin-guide/binfmt-misc.rst) is for files that begin so. */
function starts(entry: string, header: Buffer): boolean {
  const field = (name: string): string | undefined => new RegExp(`^${name}:? (\\S+)$`, 'm').exec(entry)?.[1];
  if (!/^enabled$/m.test(entry) || field('flags')?.includes('F') !== true) return false;
  const magic = Buffer.from(field('magic') ?? '', 'hex');
  const mask = Buffer.from(field('mask') ?? 'ff'.repeat(magic.length), 'hex');
  const offset = Number(field('offset') ?? 0);
  if (magic.length === 0 || offset + magic.length > header.length) return false;
  return magic.every((byte, at) => {
    const wanted = mask[at] ?? 0xff;
    return ((header[offset + at] as number) & wanted) === (byte & wanted);
  });
}
