import type { VolumeSummary } from '../../engine/volumes.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { matchesFilter } from '../view/matches-filter.ts';
import { memo } from '../view/memo.ts';
import { shortAge } from '../view/short-text.ts';
import type { TableColumn } from '../widgets/paint-table.ts';
import { listPane } from './list-pane.ts';
import type { Pane } from './pane.ts';
import type { PaneContext } from './pane-context.ts';

interface VolumeRow {
  readonly key: string;
  readonly volume: VolumeSummary;
  /** Names of the containers that use it. */
  readonly users: readonly string[];
}

/** The volumes of the engine, and who uses them. */
export function volumesPane(context: PaneContext): Pane {
  const rows = memo(volumeRows);
  const columns = memo(volumeColumns);
  const { engine } = context;
  return listPane<VolumeRow>(context, {
    id: 'volumes',
    place: 'volumes',
    name: '6 Volumes',
    all: () => engine.state.volumes?.length,
    rows: (filter) => rows(engine.state.volumes ?? none, engine.state.containers ?? none, filter),
    columns: () => columns(context.styles(), context.view.state.nowMs),
    detail: () => {
      const volumes = engine.state.volumes ?? none;
      const used = volumes.filter(({ usedBy }) => usedBy.length > 0).length;
      return volumes.length === 0 ? '' : `${used} in use · ${volumes.length}`;
    },
    selected: ({ volume }) => ({ kind: 'volume', subject: volume }),
    empty: () => ['No volumes yet', `${context.keyOf('volume.create') ?? ':volume create'} makes one`],
  });
}

const none: readonly never[] = [];

function volumeRows(
  volumes: readonly VolumeSummary[],
  containers: readonly { readonly id: string; readonly name: string }[],
  filter: string,
): readonly VolumeRow[] {
  const names = new Map(containers.map(({ id, name }) => [id, name]));
  return volumes
    .map((volume) => ({
      key: volume.name,
      volume,
      users: volume.usedBy.map((id) => names.get(id) ?? id.slice(0, 12)),
    }))
    .filter(({ volume, users }) =>
      matchesFilter(filter, volume.name, users.join(' '), Object.keys(volume.labels).join(' ')),
    );
}

function volumeColumns(styles: Styles, nowMs: number): readonly TableColumn<VolumeRow>[] {
  return [
    {
      header: '',
      least: 1,
      most: 1,
      drop: 0,
      cell: ({ users }) =>
        users.length > 0 ? { text: '●', style: styles.success } : { text: '○', style: styles.faint },
    },
    {
      header: 'NAME',
      least: 12,
      most: 64,
      drop: 0,
      grows: true,
      cell: ({ volume }) => ({ text: volume.name, style: volume.anonymous ? styles.muted : undefined }),
    },
    {
      header: 'USED BY',
      least: 8,
      most: 30,
      drop: 1,
      cell: ({ users }) => ({ text: users.join(' '), style: styles.muted }),
    },
    {
      header: 'AGE',
      align: 'right',
      least: 3,
      most: 4,
      drop: 2,
      cell: ({ volume }) => ({ text: shortAge(volume.createdAt, nowMs), style: styles.muted }),
    },
  ];
}
