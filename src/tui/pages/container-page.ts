import { containerStatus } from '../../app/commands/format/container-status.ts';
import { binarySize } from '../../app/commands/format/human-size.ts';
import { localTime } from '../../app/commands/format/local-time.ts';
import type { ContainerDetails, MountDetails, Resources } from '../../engine/containers.ts';
import { shortPorts } from '../view/short-text.ts';
import { commandText, labelFacts } from './fact-values.ts';
import type { Fact, PageSection } from './page-lines.ts';

/** What is to know about a container, for people. */
export function containerPage(container: ContainerDetails, nowMs: number): readonly PageSection[] {
  const { spec } = container;
  return [
    {
      heading: 'Container',
      facts: [
        ['name', container.name],
        ['ID', container.id],
        ['image', [container.image, container.imageId]],
        ['state', containerStatus(container, nowMs)],
        ['error', container.error],
        ['killed', container.oomKilled ? 'for want of memory' : undefined],
        ['process', container.pid],
        ['created', localTime(container.createdAt)],
        ['started', container.startedAt && localTime(container.startedAt)],
        ['ended', container.finishedAt && localTime(container.finishedAt)],
        ['restarts', container.restartCount === 0 ? undefined : container.restartCount],
      ],
    },
    {
      heading: 'What runs in it',
      facts: [
        ['command', commandText([container.path, ...container.args])],
        ['user', container.user],
        ['folder', container.workingDir],
        ['environment', container.env],
        ['terminal', spec.tty === true ? 'yes' : undefined],
        ['restart policy', restartText(container)],
        ['removed at its end', spec.autoRemove === true ? 'yes' : undefined],
        ['stop signal', container.stopSignal],
        ['privileged', spec.privileged === true ? 'yes' : undefined],
      ],
    },
    { heading: 'Health', facts: healthFacts(container) },
    {
      heading: 'Network',
      facts: [
        ['ports', shortPorts(container.ports, Number.POSITIVE_INFINITY)],
        ['listens on', container.exposedPorts.join(' ')],
        ...container.networkDetails.map(
          ({ name, address, prefixLength, ipv6, aliases }): Fact => [
            name,
            [
              address === '' ? '(no address)' : `${address}/${prefixLength}`,
              ...(ipv6 === undefined ? [] : [`${ipv6.address}/${ipv6.prefixLength}`]),
              ...(aliases.length === 0 ? [] : [`also called ${aliases.join(' ')}`]),
            ],
          ],
        ),
      ],
    },
    {
      heading: 'Mounts',
      facts: container.mountDetails.map((mount): Fact => [mount.target, mountText(mount)]),
    },
    { heading: 'Limits', facts: limitFacts(spec.resources ?? {}) },
    { heading: 'Labels', facts: labelFacts(container.labels) },
  ];
}

function restartText({ spec: { restart } }: ContainerDetails): string | undefined {
  if (restart === undefined || restart.name === 'no') return undefined;
  return restart.maximumRetries > 0
    ? `${restart.name}, ${restart.maximumRetries} times at most`
    : restart.name;
}

function healthFacts({ healthReport, healthcheck }: ContainerDetails): readonly Fact[] {
  if (healthReport === undefined) return [];
  const last = healthReport.log.at(-1);
  return [
    ['status', healthReport.status],
    ['check', commandText(healthcheck?.Test)],
    ['failures in a row', healthReport.failingStreak === 0 ? undefined : healthReport.failingStreak],
    ['last answer', last && `${last.exitCode}  ${last.output.trim()}`],
  ];
}

function mountText(mount: MountDetails): string {
  const readOnly = mount.type !== 'tmpfs' && mount.readOnly ? ' (read-only)' : '';
  switch (mount.type) {
    case 'bind':
      return `${mount.source}${readOnly}`;
    case 'volume':
      return `volume ${mount.name ?? '(its own)'}${readOnly}`;
    case 'tmpfs':
      return `in memory${mount.options === '' ? '' : `, ${mount.options}`}`;
  }
}

function limitFacts(limits: Resources): readonly Fact[] {
  const bytes = (value: number | undefined) =>
    value === undefined ? undefined : value < 0 ? 'none' : binarySize(value);
  return [
    ['memory', bytes(limits.memoryBytes)],
    ['memory and swap', bytes(limits.memorySwapBytes)],
    ['processors', limits.cpus],
    ['on processors', limits.cpusetCpus],
    ['processor shares', limits.cpuShares],
    ['processes', limits.pidsLimit === -1 ? 'none' : limits.pidsLimit],
    ['shared memory', bytes(limits.shmSizeBytes)],
    [
      'of each process',
      limits.ulimits?.map(
        ({ name, soft, hard }) => `${name} ${soft === hard ? soft : `${soft}, at most ${hard}`}`,
      ),
    ],
  ];
}
