import { emptySeries, type StatsPoint, type StatsSeries } from '../../app/state/stats-series.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import type { ChartHost } from '../charts/chart-host.ts';
import { scaleFor } from '../charts/scale-for.ts';
import { type CellGrid, drawText } from '../paint/cell-grid.ts';
import type { CellStyle } from '../paint/cell-style.ts';
import { fit } from '../paint/fit.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { sizeText } from '../view/short-text.ts';
import { paintNote } from '../widgets/paint-note.ts';
import type { Pane } from './pane.ts';
import type { PaneContext } from './pane-context.ts';

/** How many readings a chart shows. */
const shownPoints = 90;
const megabyte = 1e6;
/** The first frame and the first lists come before what takes 80 ms to load. */
const loadAfterMs = 300;

/** Processor and memory of the selected container over the last minutes. */
export function chartsPane(
  context: PaneContext,
  shown: () => ContainerSummary | undefined,
  changed: () => void,
): Pane {
  let host: ChartHost | undefined;
  let loading = false;
  const load = async (): Promise<void> => {
    const { loadChartHost } = await import('../charts/chart-host.ts');
    host = loadChartHost();
    changed();
  };
  const series = (): StatsSeries => context.stats.state[shown()?.id ?? ''] ?? emptySeries;

  return {
    id: 'charts',
    place: undefined,
    title: () => ({
      text: `Charts${shown() === undefined ? '' : ` · ${shown()?.name}`}`,
      detail: pidsText(series()),
    }),
    inputs: () => [series(), host, shown()?.id, context.styles()],
    paint(grid) {
      const styles = context.styles();
      if (!loading) {
        loading = true;
        setTimeout(() => void load(), loadAfterMs).unref();
      }
      const { points } = series();
      if (points.length === 0) {
        const idle = shown()?.state === 'running' ? 'waiting for readings…' : 'runs when the container runs';
        paintNote(grid, [{ text: idle, style: styles.muted }]);
      } else if (host !== undefined) {
        paintCharts(grid, host, series(), styles);
      }
      return undefined;
    },
    selected: () => undefined,
    move: () => undefined,
    pageRows: () => 1,
  };
}

function paintCharts(
  grid: CellGrid,
  host: ChartHost,
  { points, memoryLimitBytes }: StatsSeries,
  styles: Styles,
): void {
  const half = Math.floor(grid.columns / 2);
  const latest = points.at(-1);
  const cpu = `${(latest?.cpuPercent ?? 0).toFixed(1)}%`;
  const limit = memoryLimitBytes > 0 ? ` of ${sizeText(memoryLimitBytes)}` : '';
  const memory = `${sizeText(latest?.memoryBytes ?? 0)}${limit}`;
  paintChart(grid, host, {
    column: 0,
    columns: half,
    heading: ['cpu', cpu],
    values: window(points, (point) => point.cpuPercent),
    line: styles.chartCpu,
    styles,
  });
  paintChart(grid, host, {
    column: half,
    columns: grid.columns - half,
    heading: ['memory (MB)', memory],
    values: window(points, (point) => point.memoryBytes / megabyte),
    line: styles.chartMemory,
    styles,
  });
}

interface ChartInput {
  readonly column: number;
  readonly columns: number;
  /** What it is, and how much of it now. */
  readonly heading: readonly [string, string];
  readonly values: readonly number[];
  readonly line: CellStyle;
  readonly styles: Styles;
}

function paintChart(
  grid: CellGrid,
  host: ChartHost,
  { column, columns, heading, values, line, styles }: ChartInput,
): void {
  const [name, now] = heading;
  const end = drawText(grid, column + 1, 0, name, styles.muted, column + columns);
  drawText(grid, end + 1, 0, fit(now, Math.max(0, column + columns - end - 3)), line, column + columns);
  const most = scaleFor(values);
  const axis = styles.chartAxis;
  host.draw(grid, {
    column: column + 1,
    row: 1,
    columns: columns - 2,
    rows: grid.rows - 1,
    values,
    span: shownPoints,
    most,
    line,
    axis,
  });
}

function window(points: readonly StatsPoint[], value: (point: StatsPoint) => number): readonly number[] {
  return points.slice(-shownPoints).map(value);
}

function pidsText({ pids }: StatsSeries): string {
  return pids === 0 ? '' : `${pids} ${pids === 1 ? 'process' : 'processes'}`;
}
