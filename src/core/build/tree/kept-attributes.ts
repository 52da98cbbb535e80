import { pathBytes } from '../../host/path-text.ts';
import { isErrno } from '../../host/system-error.ts';
import { getXattr, listXattrs, setXattr } from '../../host/xattrs.ts';

const none: ReadonlyMap<string, Uint8Array> = new Map();

/** Attributes a copy keeps, each character of a name a byte of it: not overlayfs's own, not those of a security module of this host. */
export function keptAttributes(hostPath: string): ReadonlyMap<string, Uint8Array> {
  const path = pathBytes(hostPath);
  const names = listXattrs(path, 'latin1');
  if (names.length === 0) return none;
  const attributes = new Map<string, Uint8Array>();
  for (const name of names.sort()) {
    if (!isKeptAttribute(name)) continue;
    const value = getXattr(path, Buffer.from(name, 'latin1'));
    if (value !== undefined) attributes.set(name, value);
  }
  return attributes;
}

/** Not those of a security module but capabilities, nor those by which overlayfs works. */
export function isKeptAttribute(name: string): boolean {
  if (name !== 'security.capability' && /^(?:security|system)\./.test(name)) return false;
  return !/^(?:trusted|user)\.overlay\./.test(name);
}

/** Gives a file attributes of another; those its file system cannot hold are left out. */
export function keepAttributes(hostPath: string, attributes: ReadonlyMap<string, Uint8Array>): void {
  for (const [name, value] of attributes) {
    try {
      setXattr(pathBytes(hostPath), Buffer.from(name, 'latin1'), value);
    } catch (error) {
      // Not kept by this file system, or (user.*) not meant for this kind of file.
      const isMisplaced = name.startsWith('user.') && isErrno(error, 'EPERM');
      if (!isMisplaced && !isErrno(error, 'EOPNOTSUPP', 'ENOTSUP')) throw error;
    }
  }
}
