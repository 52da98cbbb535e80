import { posix } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import type { Mount } from '../../engine/containers.ts';
import { mountPropagations } from '../../engine/mount-propagation.ts';
import { randomHex } from '../host/random-hex.ts';
import { isTmpfsOption } from './tmpfs-options.ts';

/**
 * The mounts of a container: those asked for, and an anonymous volume for each VOLUME of the image that none of them
 * covers. `-v /data` twice, or beside a mount at the same place, is one. Every volume has a name then; `anonymous` are those made up here. Throws `invalid` / `bad-mount`.
 */
export function mergeMounts(
  wanted: readonly Mount[],
  imageVolumes: readonly string[],
): { readonly mounts: readonly Mount[]; readonly anonymous: readonly string[] } {
  const anonymous: string[] = [];
  const targets = new Set<string>();
  const named = (mount: Mount): Mount => {
    const target = checkTarget(mount.target);
    checkOptions(mount);
    if (targets.has(target)) throw badMount(`Duplicate mount point: ${target}`);
    targets.add(target);
    if (mount.type !== 'volume' || mount.name !== undefined) return { ...mount, target };
    const name = randomHex(32);
    anonymous.push(name);
    return { ...mount, target, name };
  };
  const isAnonymous = (mount: Mount): boolean => mount.type === 'volume' && mount.name === undefined;
  const mounts = wanted.filter((mount) => !isAnonymous(mount)).map(named);
  for (const mount of wanted.filter(isAnonymous)) {
    if (!targets.has(checkTarget(mount.target))) mounts.push(named(mount));
  }
  for (const target of imageVolumes) {
    if (targets.has(posix.normalize(target))) continue;
    mounts.push(named({ type: 'volume', name: undefined, target, readOnly: false, noCopy: false }));
  }
  return { mounts, anonymous };
}

function checkTarget(target: string): string {
  if (!posix.isAbsolute(target) || target.includes('\0')) {
    throw badMount(`invalid mount target ${JSON.stringify(target)}: mount path must be absolute`);
  }
  const clean = posix.normalize(target).replace(/(.)\/+$/, '$1');
  if (clean === '/') throw badMount("invalid specification: destination can't be '/'");
  return clean;
}

/** They become options of the mount as they are, beside `ro` and `nosuid`. */
function checkOptions(mount: Mount): void {
  if (mount.type === 'bind' && mount.propagation && !mountPropagations.includes(mount.propagation)) {
    throw badMount(`invalid propagation mode: ${mount.propagation.slice(0, 80)}`);
  }
  if (mount.type !== 'tmpfs') return;
  const bad = mount.options.split(',').find((option) => option !== '' && !isTmpfsOption(option));
  if (bad !== undefined)
    throw badMount(`invalid tmpfs option ${JSON.stringify(bad.slice(0, 80).split('='))}`);
}

function badMount(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-mount', message });
}
