import type { ContainerConfig } from '../../oci/image-config.ts';
import type { ContainerRecord } from './container-record.ts';

/** The configuration of an image made of a container: its image's, with what the container was created with. */
export function committedConfig(
  { spec, process, exposedPorts, labels, stopSignal, healthcheck, mounts, anonymousVolumes }: ContainerRecord,
  image: ContainerConfig,
): ContainerConfig {
  const own = mounts.flatMap((mount) =>
    mount.type === 'volume' && mount.name !== undefined && anonymousVolumes.includes(mount.name)
      ? [mount.target]
      : [],
  );
  const entrypoint = spec.entrypoint ?? image.Entrypoint ?? [];
  const command = process.args.slice(entrypoint.length);
  const { Entrypoint: _entrypoint, Cmd: _command, ...kept } = image;
  return {
    ...kept,
    ...(process.user !== '' && { User: process.user }),
    ...(exposedPorts.length > 0 && { ExposedPorts: keysOf(exposedPorts) }),
    ...(process.env.length > 0 && { Env: process.env }),
    ...(entrypoint.length > 0 && { Entrypoint: entrypoint }),
    ...(command.length > 0 && { Cmd: command }),
    ...(own.length > 0 && { Volumes: { ...image.Volumes, ...keysOf(own) } }),
    WorkingDir: process.cwd === '/' ? (image.WorkingDir ?? '') : process.cwd,
    ...(Object.keys(labels).length > 0 && { Labels: labels }),
    ...((spec.stopSignal || image.StopSignal) && { StopSignal: stopSignal }),
    ...(healthcheck !== undefined && { Healthcheck: healthcheck }),
  };
}

function keysOf(names: readonly string[]): Readonly<Record<string, Record<string, never>>> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}
