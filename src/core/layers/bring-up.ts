import {
  chmodSync,
  closeSync,
  fchownSync,
  ftruncateSync,
  lchownSync,
  openSync,
  readSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { dataExtents } from '../host/file-holes.ts';
import { fileTime, setFileTimes } from '../host/file-times.ts';
import { deviceParts } from '../host/make-node.ts';
import { readOpenLink } from '../host/read-open-link.ts';
import { getXattr, listXattrs, setXattr } from '../host/xattrs.ts';
import { below, createFlags, makeDevice } from './confined-files.ts';
import { layerError } from './layer-error.ts';
import type { LowerFile } from './lower-layers.ts';
import { type ByteString, pathOf } from './tar/byte-string.ts';
import { overlayXattr } from './whiteout.ts';

/**
 * Copies a file of the layers below, with all it has but other names, to the same place in the one that is written, as
 * overlayfs does before it changes or links one. Throws `bad-layer` for a folder.
 */
export function bringUp(file: LowerFile, path: ByteString): void {
  const { stat } = file;
  if (stat.isDirectory()) throw layerError('a hard link points to a folder', path);
  if (stat.isFile()) copyContent(file, path);
  else if (stat.isSymbolicLink()) symlinkSync(Buffer.from(readOpenLink(file.fd)), below(path));
  else makeDevice(path, deviceOf(file));
  lchownSync(below(path), Number(stat.uid), Number(stat.gid));
  if (stat.isFile()) copyXattrs(file, path);
  if (!stat.isSymbolicLink()) chmodSync(below(path), Number(stat.mode & 0o7777n));
  setFileTimes(below(path), { accessed: fileTime(stat.atimeNs), modified: fileTime(stat.mtimeNs) });
}

/** Gives a folder that a layer used without describing it what the layers below say of it. */
export function inheritFolder(model: LowerFile, path: ByteString): void {
  const { stat } = model;
  lchownSync(below(path), Number(stat.uid), Number(stat.gid));
  copyXattrs(model, path);
  chmodSync(below(path), Number(stat.mode & 0o7777n));
}

const pieceBytes = 1024 * 1024;

function copyContent(file: LowerFile, path: ByteString): void {
  const from = file.open();
  try {
    const to = openSync(below(path), createFlags, 0o600);
    try {
      const piece = Buffer.allocUnsafe(pieceBytes);
      for (const { offset, length } of dataExtents(from)) {
        for (let done = 0; done < length; ) {
          const got = readSync(from, piece, 0, Math.min(pieceBytes, length - done), offset + done);
          if (got === 0) break;
          for (let put = 0; put < got; ) put += writeSync(to, piece, put, got - put, offset + done + put);
          done += got;
        }
      }
      ftruncateSync(to, Number(file.stat.size));
      fchownSync(to, Number(file.stat.uid), Number(file.stat.gid));
    } finally {
      closeSync(to);
    }
  } finally {
    closeSync(from);
  }
}

function copyXattrs(file: LowerFile, path: ByteString): void {
  const fd = file.open();
  try {
    for (const name of listXattrs(fd, 'latin1')) {
      const key = pathOf(name);
      const value = overlayXattr.test(name) ? undefined : getXattr(fd, key);
      if (value !== undefined) setXattr(below(path), key, value);
    }
  } finally {
    closeSync(fd);
  }
}

function deviceOf({ stat }: LowerFile) {
  const { major, minor } = deviceParts(stat.rdev);
  const type = stat.isFIFO()
    ? ('fifo' as const)
    : stat.isBlockDevice()
      ? ('block' as const)
      : ('character' as const);
  return { type, deviceMajor: major, deviceMinor: minor };
}
