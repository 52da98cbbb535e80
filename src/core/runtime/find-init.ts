import { closeSync, openSync, readSync } from 'node:fs';
import { GantryError } from '../../base/gantry-error.ts';
import { findBinary } from '../host/find-binary.ts';

const candidates = ['tini-static', 'docker-init', 'catatonit', 'tini'];

/**
 * A small init for `--init`. It runs inside the container, so it must need no library of the host: only a statically
 * linked one is taken.
 * @throws GantryError `unavailable` / `no-init`
 */
export function findInit(): string {
  for (const name of candidates) {
    const path = findBinary(name) ?? findBinary(name, '/usr/libexec/podman:/usr/libexec/docker');
    if (path !== undefined && isStatic(path)) return path;
  }
  throw new GantryError({
    kind: 'unavailable',
    code: 'no-init',
    message: 'no init process found for --init',
    hint: 'Install one: on Debian or Ubuntu, apt-get install tini or catatonit.',
  });
}

/** Whether a 64-bit ELF file names no interpreter (elf(5), `PT_INTERP`). */
export function isStatic(path: string): boolean {
  const interpreter = 3;
  const fd = openSync(path, 'r');
  try {
    const header = Buffer.alloc(64);
    if (readSync(fd, header, 0, 64, 0) < 64 || header.readUInt32BE(0) !== 0x7f454c46) return false;
    const offset = Number(header.readBigUInt64LE(32));
    const size = header.readUInt16LE(54);
    const count = header.readUInt16LE(56);
    const table = Buffer.alloc(Math.min(size * count, 64 * 1024));
    readSync(fd, table, 0, table.length, offset);
    for (let at = 0; at + size <= table.length && size > 0; at += size) {
      if (table.readUInt32LE(at) === interpreter) return false;
    }
    return true;
  } finally {
    closeSync(fd);
  }
}
