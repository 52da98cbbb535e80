import type { VolumeSummary } from '../../../engine/volumes.ts';

/** A volume in the shape of Docker's `inspect`. */
export function volumeDocument(volume: VolumeSummary): Readonly<Record<string, unknown>> {
  return {
    CreatedAt: volume.createdAt,
    Driver: volume.driver,
    Labels: volume.labels,
    Mountpoint: volume.mountpoint,
    Name: volume.name,
    Options: null,
    Scope: 'local',
  };
}
