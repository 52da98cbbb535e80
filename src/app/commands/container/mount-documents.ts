import type { Mount, MountDetails } from '../../../engine/containers.ts';

/** A member of `Mounts` of Docker's `inspect`. */
export function mountPoint(mount: MountDetails) {
  const { target, type } = mount;
  if (mount.type === 'tmpfs') {
    return { Type: type, Source: '', Destination: target, Mode: mount.options, RW: true, Propagation: '' };
  }
  return {
    Type: type,
    ...(mount.type === 'volume' && { Name: mount.name ?? '' }),
    Source: mount.type === 'bind' ? mount.source : (mount.folder ?? ''),
    Destination: target,
    ...(mount.type === 'volume' && { Driver: 'local' }),
    Mode: modeOf(mount).join(','),
    RW: !mount.readOnly,
    Propagation: mount.type === 'bind' ? (mount.propagation ?? 'rprivate') : '',
  };
}

/** `HostConfig.Binds`: what `-v` can say, and `HostConfig.Mounts`: what only `--mount` can. */
export function askedMounts(mounts: readonly Mount[]) {
  const others = mounts.filter((mount) => !isBindText(mount)).flatMap(mountRequest);
  return {
    Binds: mounts.filter(isBindText).flatMap(bindText),
    ...(others.length > 0 && { Mounts: others }),
  };
}

function isBindText(mount: Mount): boolean {
  switch (mount.type) {
    case 'tmpfs':
      return false;
    case 'bind':
      return mount.createSource && mount.nonRecursive !== true;
    case 'volume':
      return mount.subpath === undefined && mount.labels === undefined;
  }
}

function bindText(mount: Mount): string[] {
  if (mount.type === 'tmpfs') return [];
  const source = mount.type === 'bind' ? mount.source : mount.name;
  if (source === undefined) return [];
  const mode = modeOf(mount);
  return [`${source}:${mount.target}${mode.length > 0 ? `:${mode.join(',')}` : ''}`];
}

function modeOf(mount: Exclude<Mount, { type: 'tmpfs' }>): readonly string[] {
  return [
    ...(mount.readOnly ? ['ro'] : []),
    ...(mount.type === 'bind' && mount.propagation !== undefined ? [mount.propagation] : []),
    ...(mount.type === 'volume' && mount.noCopy ? ['nocopy'] : []),
  ];
}

function mountRequest(mount: Mount) {
  if (mount.type === 'tmpfs') return [];
  const { target: Target, readOnly, type: Type } = mount;
  const common = {
    Type,
    ...(mount.type === 'bind' && { Source: mount.source }),
    ...(mount.type === 'volume' && mount.name !== undefined && { Source: mount.name }),
    Target,
    ...(readOnly && { ReadOnly: true }),
  };
  if (mount.type === 'bind') {
    const { propagation, nonRecursive, createSource } = mount;
    const BindOptions = {
      ...(propagation !== undefined && { Propagation: propagation }),
      ...(nonRecursive === true && { NonRecursive: true }),
      ...(createSource && { CreateMountpoint: true }),
    };
    return [{ ...common, ...(Object.keys(BindOptions).length > 0 && { BindOptions }) }];
  }
  const { noCopy, subpath, labels } = mount;
  const VolumeOptions = {
    ...(noCopy && { NoCopy: true }),
    ...(labels !== undefined && { Labels: labels }),
    ...(subpath !== undefined && { Subpath: subpath }),
  };
  return [{ ...common, ...(Object.keys(VolumeOptions).length > 0 && { VolumeOptions }) }];
}
