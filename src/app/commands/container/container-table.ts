import type { ContainerSummary } from '../../../engine/containers.ts';
import { shortId } from '../../../oci/digest.ts';
import { containerStatus } from '../format/container-status.ts';
import { ellipsis } from '../format/ellipsis.ts';
import { humanAge } from '../format/human-duration.ts';
import { humanSize } from '../format/human-size.ts';
import { labelList } from '../format/label-list.ts';
import { localTime } from '../format/local-time.ts';
import { portList } from '../format/port-list.ts';
import type { Table } from '../table.ts';

/** Containers as `ps` lists them, with Docker's placeholders. */
export const containerTable: Table<ContainerSummary> = {
  columns: ['ID', 'Image', 'Command', 'RunningFor', 'Status', 'Ports', 'Names'],
  quiet: 'ID',
  fields: {
    Command: {
      header: 'COMMAND',
      value: ({ command }, { full }) => {
        const line = commandLine(command);
        return JSON.stringify(full ? line : ellipsis(line, 20));
      },
    },
    CreatedAt: { header: 'CREATED AT', value: ({ createdAt }) => localTime(createdAt) },
    ID: { header: 'CONTAINER ID', value: ({ id }, { full }) => (full ? id : shortId(id)) },
    Image: { header: 'IMAGE', value: ({ image }, { full }) => imageName(image, full) },
    Labels: {
      header: 'LABELS',
      value: ({ labels }) => labelList(labels),
    },
    Label: { header: '', value: () => '', lookup: ({ labels }, key) => labels[key] ?? '' },
    LocalVolumes: {
      header: 'LOCAL VOLUMES',
      value: ({ mounts }) => String(mounts.filter((mount) => !mount.startsWith('/')).length),
    },
    Mounts: {
      header: 'MOUNTS',
      value: ({ mounts }, { full }) => mounts.map((mount) => (full ? mount : ellipsis(mount, 15))).join(','),
    },
    Names: { header: 'NAMES', value: ({ name }) => name },
    Networks: { header: 'NETWORKS', value: ({ networks }) => networks.join(',') },
    Ports: { header: 'PORTS', value: ({ ports }) => portList(ports) },
    RunningFor: { header: 'CREATED', value: ({ createdAt }, { nowMs }) => humanAge(createdAt, nowMs) },
    Size: {
      header: 'SIZE',
      value: ({ size }) =>
        size === undefined
          ? '0B'
          : `${humanSize(size.writableBytes, 3)} (virtual ${humanSize(size.totalBytes, 3)})`,
    },
    State: { header: 'STATE', value: ({ state }) => state },
    Status: { header: 'STATUS', value: (container, { nowMs }) => containerStatus(container, nowMs) },
    HealthStatus: { header: 'HEALTH STATUS', value: ({ health }) => health },
  },
};

function imageName(image: string, full: boolean): string {
  if (image === '') return '<no image>';
  if (full) return image;
  return /^(?:sha256:)?[0-9a-f]{64}$/.test(image)
    ? shortId(image)
    : image.replace(/@sha256:[0-9a-f]{64}$/, '');
}

/** As Docker writes it: arguments with a space in quotes, the program as it is. */
function commandLine([program = '', ...args]: readonly string[]): string {
  return [program, ...args.map((arg) => (arg.includes(' ') ? `'${arg}'` : arg))].join(' ');
}
