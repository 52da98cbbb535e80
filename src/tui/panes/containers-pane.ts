import type { JobsState } from '../../app/jobs/job.ts';
import { workUpon } from '../../app/jobs/work-upon.ts';
import type { StatsSeries } from '../../app/state/stats-series.ts';
import type { StatsState } from '../../app/state/watch-stats.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import { shortId } from '../../oci/digest.ts';
import type { CellStyle } from '../paint/cell-style.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { matchesFilter } from '../view/matches-filter.ts';
import { memo } from '../view/memo.ts';
import { shortPorts, shortStatus, sizeText } from '../view/short-text.ts';
import type { TableColumn } from '../widgets/paint-table.ts';
import { listPane } from './list-pane.ts';
import type { Pane } from './pane.ts';
import type { PaneContext } from './pane-context.ts';

/** One line of the container list. */
interface ContainerRow {
  readonly key: string;
  readonly container: ContainerSummary;
}

/** All containers of the engine, running or not. */
export function containersPane(context: PaneContext): Pane {
  const rows = memo(containerRows);
  const columns = memo(containerColumns);
  return listPane<ContainerRow>(context, {
    id: 'containers',
    place: 'containers',
    name: '2 Containers',
    all: () => context.engine.state.containers?.length,
    rows: (filter) => rows(context.engine.state.containers ?? none, filter),
    columns: () =>
      columns(context.styles(), context.view.state.nowMs, context.stats.state, context.jobs.state),
    detail: () => {
      const containers = context.engine.state.containers ?? none;
      const running = containers.filter(({ state }) => state === 'running').length;
      return containers.length === 0 ? '' : `${running} running · ${containers.length}`;
    },
    selected: ({ container }) => ({ kind: 'container', subject: container }),
    empty: () => ['No containers yet', `${context.keyOf('container.run') ?? ':run'} on an image runs one`],
  });
}

const none: readonly never[] = [];

function containerRows(containers: readonly ContainerSummary[], filter: string): readonly ContainerRow[] {
  return containers
    .filter(({ name, image, id, state, labels }) =>
      matchesFilter(filter, name, image, id, state, Object.keys(labels).join(' ')),
    )
    .map((container) => ({ key: container.id, container }));
}

function containerColumns(
  styles: Styles,
  nowMs: number,
  stats: StatsState,
  jobs: JobsState,
): readonly TableColumn<ContainerRow>[] {
  const latest = (row: ContainerRow) => stats[row.container.id]?.points.at(-1);
  return [
    { header: '', least: 1, most: 1, drop: 0, cell: ({ container }) => stateMark(container, styles) },
    {
      header: 'NAME',
      least: 12,
      most: 28,
      drop: 0,
      shrinks: true,
      cell: ({ container }) => ({ text: container.name }),
    },
    {
      header: 'IMAGE',
      least: 12,
      most: 60,
      drop: 3,
      grows: true,
      keep: 'end',
      cell: ({ container }) => ({ text: imageText(container.image), style: styles.muted }),
    },
    {
      header: 'STATUS',
      least: 'exited (0) 5m'.length,
      most: 20,
      drop: 0,
      shrinks: true,
      cell: ({ container }) => {
        const work = workUpon(jobs, container);
        return work === undefined
          ? { text: shortStatus(container, nowMs), style: stateStyle(container, styles) }
          : { text: `${work}…`, style: styles.warning };
      },
    },
    {
      header: 'PORTS',
      least: '8080→80'.length + 1,
      most: 24,
      drop: 4,
      shrinks: true,
      optional: true,
      cell: ({ container }, width) => ({ text: shortPorts(container.ports, width), style: styles.info }),
    },
    {
      header: 'CPU',
      align: 'right',
      least: 6,
      most: 6,
      drop: 2,
      cell: (row) => ({ text: cpuText(latest(row)), style: styles.chartCpu }),
    },
    {
      header: 'MEM',
      align: 'right',
      least: 7,
      most: 7,
      drop: 1,
      cell: (row) => {
        const point = latest(row);
        return { text: point === undefined ? '' : sizeText(point.memoryBytes), style: styles.chartMemory };
      },
    },
  ];
}

function cpuText(point: StatsSeries['points'][number] | undefined): string {
  if (point === undefined) return '';
  return `${point.cpuPercent.toFixed(point.cpuPercent < 99.95 ? 1 : 0)}%`;
}

function imageText(image: string): string {
  return /^(?:sha256:)?[0-9a-f]{64}$/.test(image) ? shortId(image) : image;
}

function stateMark(container: ContainerSummary, styles: Styles): { text: string; style: CellStyle } {
  const style = stateStyle(container, styles);
  switch (container.state) {
    case 'running':
      return { text: '●', style };
    case 'paused':
      return { text: '◐', style };
    case 'restarting':
    case 'removing':
      return { text: '◌', style };
    case 'dead':
      return { text: '✕', style };
    default:
      return { text: '○', style };
  }
}

function stateStyle({ state, health, exitCode }: ContainerSummary, styles: Styles): CellStyle {
  switch (state) {
    case 'running':
      return health === 'unhealthy' ? styles.danger : health === 'starting' ? styles.warning : styles.success;
    case 'paused':
    case 'restarting':
    case 'removing':
      return styles.warning;
    case 'dead':
      return styles.danger;
    case 'exited':
      return exitCode === 0 ? styles.muted : styles.danger;
    case 'created':
      return styles.muted;
  }
}
