import type { NetworkPool, NetworkSummary } from '../../engine/networks.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { matchesFilter } from '../view/matches-filter.ts';
import { memo } from '../view/memo.ts';
import type { TableColumn } from '../widgets/paint-table.ts';
import { listPane } from './list-pane.ts';
import type { Pane } from './pane.ts';
import type { PaneContext } from './pane-context.ts';

interface NetworkRow {
  readonly key: string;
  readonly network: NetworkSummary;
}

/** The networks of the engine, and how many containers are on them. */
export function networksPane(context: PaneContext): Pane {
  const rows = memo(networkRows);
  const columns = memo(networkColumns);
  const { engine } = context;
  return listPane<NetworkRow>(context, {
    id: 'networks',
    place: 'networks',
    name: '7 Networks',
    all: () => engine.state.networks?.length,
    rows: (filter) => rows(engine.state.networks ?? none, filter),
    columns: () => columns(context.styles()),
    detail: () => {
      const count = engine.state.networks?.length ?? 0;
      return count === 0 ? '' : String(count);
    },
    selected: ({ network }) => ({ kind: 'network', subject: network }),
    empty: () => ['No networks yet', `${context.keyOf('network.create') ?? ':network create'} makes one`],
  });
}

const none: readonly never[] = [];

function networkRows(networks: readonly NetworkSummary[], filter: string): readonly NetworkRow[] {
  return networks
    .filter(({ name, driver, pools, labels }) =>
      matchesFilter(filter, name, driver, subnets(pools), Object.keys(labels).join(' ')),
    )
    .map((network) => ({ key: network.id, network }));
}

function subnets(pools: readonly NetworkPool[]): string {
  return pools.map(({ subnet }) => subnet).join(' ');
}

function networkColumns(styles: Styles): readonly TableColumn<NetworkRow>[] {
  const count = ({ network }: NetworkRow): number => Object.keys(network.endpoints).length;
  return [
    {
      header: '',
      least: 1,
      most: 1,
      drop: 0,
      cell: (row) =>
        count(row) > 0 ? { text: '●', style: styles.success } : { text: '○', style: styles.faint },
    },
    {
      header: 'NAME',
      least: 10,
      most: 40,
      drop: 0,
      grows: true,
      cell: ({ network }) => ({ text: network.name }),
    },
    {
      header: 'DRIVER',
      least: 6,
      most: 6,
      drop: 2,
      cell: ({ network }) => ({ text: network.driver, style: styles.muted }),
    },
    {
      header: 'SUBNET',
      least: 9,
      most: 40,
      drop: 1,
      cell: ({ network }) => ({ text: subnets(network.pools), style: styles.info }),
    },
    {
      header: 'USED',
      align: 'right',
      least: 4,
      most: 4,
      drop: 3,
      cell: (row) => ({ text: count(row) === 0 ? '' : String(count(row)), style: styles.muted }),
    },
  ];
}
