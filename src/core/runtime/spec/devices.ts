import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { GantryError, type GantryErrorInit } from '../../../base/gantry-error.ts';
import { deviceParts } from '../../host/make-node.ts';
import type { RuntimeDevice } from '../runtime-spec.ts';

/** What a device cgroup lets through. Absent number: any. */
export interface DeviceRule {
  readonly type: 'c' | 'b' | 'a';
  readonly major?: number;
  readonly minor?: number;
  readonly access: string;
}

export interface DeviceSet {
  readonly devices: readonly RuntimeDevice[];
  readonly rules: readonly DeviceRule[];
  /** Devices of the machine to be seen inside, where no others can be made: in a user namespace. */
  readonly binds?: readonly { readonly source: string; readonly target: string }[] | undefined;
}

/** A device and where the machine has it. */
interface FoundDevice extends RuntimeDevice {
  readonly source: string;
}

/** Docker's: null, zero, full, random, urandom, tty, console, ptmx and pseudo-terminals; and mknod of any. */
export const defaultDeviceRules: readonly DeviceRule[] = [
  { type: 'c', access: 'm' },
  { type: 'b', access: 'm' },
  { type: 'c', major: 1, minor: 3, access: 'rwm' },
  { type: 'c', major: 1, minor: 5, access: 'rwm' },
  { type: 'c', major: 1, minor: 7, access: 'rwm' },
  { type: 'c', major: 1, minor: 8, access: 'rwm' },
  { type: 'c', major: 1, minor: 9, access: 'rwm' },
  { type: 'c', major: 5, minor: 0, access: 'rwm' },
  { type: 'c', major: 5, minor: 1, access: 'rwm' },
  { type: 'c', major: 5, minor: 2, access: 'rwm' },
  { type: 'c', major: 136, access: 'rwm' },
];

const maximumDevices = 4096;
/** Made anew in every container, or not for it. */
const notFromHost = new Set(['console', 'pts', 'shm', 'mqueue', 'fd', 'hugepages']);

/**
 * Reads `--device HOST[:INSIDE[:rwm]]` against the host's /dev. A folder means all devices below it.
 * @throws GantryError `invalid` / `device`
 */
export function requestedDevices(requests: readonly string[], canMake = true): DeviceSet {
  const all: FoundDevice[] = [];
  const rules: DeviceRule[] = [];
  for (const request of requests) {
    const { source, target, access } = parseRequest(request);
    const found = devicesAt(source, target);
    if (found.length === 0) {
      throw bad(
        `error gathering device information while adding custom device "${source}": not a device node`,
      );
    }
    all.push(...found);
    rules.push(
      ...found.map(
        ({ type, major, minor }) => ({ type: type === 'b' ? type : 'c', major, minor, access }) as const,
      ),
    );
  }
  return canMake
    ? { devices: all.map(withoutSource), rules }
    : { devices: [], rules, binds: all.map(({ source, path }) => ({ source, target: path })) };
}

function withoutSource({ source: _, ...device }: FoundDevice): RuntimeDevice {
  return device;
}

/**
 * Reads `--device-cgroup-rule`: `TYPE MAJOR:MINOR ACCESS`, numbers or `*`.
 * @throws GantryError `invalid` / `device`
 */
export function requestedRules(rules: readonly string[]): readonly DeviceRule[] {
  return rules.map((text) => {
    const found = /^([acb]) (\d+|\*):(\d+|\*) ([rwm]{1,3})$/.exec(text);
    if (found === null) throw bad(`invalid device cgroup rule format: '${text}'`);
    const [, type, major, minor, access = ''] = found;
    return {
      type: type as DeviceRule['type'],
      ...(major === '*' ? {} : { major: Number(major) }),
      ...(minor === '*' ? {} : { minor: Number(minor) }),
      access,
    };
  });
}

/** Every device of the host, for a privileged container. */
export function hostDevices(): DeviceSet {
  return { devices: devicesBelow('/dev', '/dev').map(withoutSource), rules: [{ type: 'a', access: 'rwm' }] };
}

function parseRequest(request: string): { source: string; target: string; access: string } {
  const parts = request.split(':');
  const [source = '', second, third] = parts;
  const accessOnly = parts.length === 2 && second !== undefined && isAccess(second);
  const target = second === undefined || accessOnly ? source : second;
  const access = third ?? (accessOnly ? second : 'rwm');
  if (parts.length > 3 || source === '') throw bad(`invalid device specification: ${request}`);
  if (!isAccess(access)) throw bad(`bad mode specified: ${access}`);
  const relative = [source, target].find((path) => !posix.isAbsolute(path));
  if (relative !== undefined) throw bad(`${relative} is not an absolute path`);
  return { source, target: posix.normalize(target), access };
}

function devicesAt(source: string, target: string): readonly FoundDevice[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(source).isDirectory();
  } catch (error) {
    // Docker takes these words for those about a command that is not there.
    throw bad(
      `error gathering device information while adding custom device "${source}": no such file or directory`,
      { cause: error, details: { exitCode: 127 } },
    );
  }
  if (isFolder) return devicesBelow(source, target);
  const device = deviceAt(source, target);
  return device === undefined ? [] : [device];
}

function devicesBelow(source: string, target: string): readonly FoundDevice[] {
  const found: FoundDevice[] = [];
  const visit = (from: string, to: string): void => {
    let entries: Dirent[];
    try {
      entries = readdirSync(from, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries) {
      if (found.length >= maximumDevices) return;
      if (from === '/dev' && notFromHost.has(entry.name)) continue;
      const path = join(from, entry.name);
      if (entry.isDirectory()) visit(path, posix.join(to, entry.name));
      else if (entry.isCharacterDevice() || entry.isBlockDevice()) {
        const device = deviceAt(path, posix.join(to, entry.name));
        if (device !== undefined) found.push(device);
      }
    }
  };
  visit(source, target);
  return found;
}

function deviceAt(source: string, target: string): FoundDevice | undefined {
  const facts = statSync(source, { bigint: true, throwIfNoEntry: false });
  if (facts === undefined || !(facts.isCharacterDevice() || facts.isBlockDevice())) return undefined;
  return {
    source,
    path: target,
    type: facts.isBlockDevice() ? 'b' : 'c',
    ...deviceParts(facts.rdev),
    fileMode: Number(facts.mode & 0o7777n),
    uid: Number(facts.uid),
    gid: Number(facts.gid),
  };
}

function isAccess(text: string): boolean {
  return /^[rwm]{1,3}$/.test(text);
}

function bad(message: string, more: Partial<Pick<GantryErrorInit, 'cause' | 'details'>> = {}): GantryError {
  return new GantryError({ kind: 'invalid', code: 'device', message, ...more });
}
