import { readFileSync } from 'node:fs';

/** What the engine calls its things in the kernel. Two engines of one host (two roots) never share a name. */
export interface NetworkNames {
  /** Device of the default network. */
  readonly defaultBridge: string;
  /** The nft table, in each family. */
  readonly table: string;
}

const defaultRoot = '/var/lib/gantry';

export function networkNames(root: string): NetworkNames {
  if (root === defaultRoot) return { defaultBridge: 'gantry0', table: 'gantry' };
  const hash = fnv1a(root);
  // Interface names end at 15 bytes (IFNAMSIZ).
  return { defaultBridge: `gt${hash.slice(0, 12)}`, table: `gantry_${hash}` };
}

/** What makes an engine's unique local IPv6 addresses its own (RFC 4193, section 3.2): 40 bits, always the same. */
export function globalId(root: string): bigint {
  return BigInt(`0x${fnv1a(`${machineId()}\0${root}`)}`) & 0xff_ffff_ffffn;
}

/** Device of a network somebody made: `gb-` and twelve digits of its ID. */
export function bridgeName(networkId: string): string {
  return `gb-${networkId.slice(0, 12)}`;
}

/** Whether a device has a name that we give to bridges. */
export function isOwnBridge(device: string): boolean {
  return /^(?:gantry0|gt[0-9a-f]{12}|gb-[0-9a-f]{12})$/.test(device);
}

/** The same at every start of a machine (machine-id(5)); a machine without one makes do with its root's path. */
function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'latin1');
  } catch {
    return '';
  }
}

/** FNV-1a, 64 bits, as 16 hexadecimal digits: names need no cryptography, and loading it costs milliseconds. */
function fnv1a(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
