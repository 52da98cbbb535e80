import type { LayerDetails } from '../../app/state/layer-details.ts';
import { type LayerRow, layerGraph } from '../../app/state/layer-graph.ts';
import { stripControl } from '../../base/strip-control.ts';
import type { ImageSummary } from '../../engine/images.ts';
import { shortId } from '../../oci/digest.ts';
import { type CellGrid, drawText, fillCells } from '../paint/cell-grid.ts';
import { type CellStyle, mergeStyle } from '../paint/cell-style.ts';
import { fit, shorten, shortenStart } from '../paint/fit.ts';
import { textWidth } from '../paint/grapheme.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { moveSelection, scrolledTop, selectedIndex } from '../view/list-view.ts';
import { memo } from '../view/memo.ts';
import { sizeText } from '../view/short-text.ts';
import { paintNote } from '../widgets/paint-note.ts';
import { paintScrollbar } from '../widgets/paint-scrollbar.ts';
import type { Pane } from './pane.ts';
import type { PaneContext } from './pane-context.ts';

const sizeColumns = 9;

/**
 * All images as one tree of the layers they share. While another pane has the keys it follows the image selected
 * there: its branch is lit and in sight.
 */
export function layersPane(context: PaneContext, selectedImage: () => ImageSummary | undefined): Pane {
  const graph = memo((images: readonly ImageSummary[]) => layerGraph(images));
  const { view } = context;
  let top = 0;
  let height = 1;
  const rows = () => graph(context.engine.state.images ?? none);
  const keys = () => rows().map(({ key }) => key);
  const focused = () => view.state.focus === 'layers';
  const index = (): number => {
    const image = selectedImage();
    return focused() || image === undefined
      ? selectedIndex(view.state.lists.layers, keys())
      : rows().findIndex((row) => row.kind === 'image' && row.image.id === image.id);
  };
  const lit = (): string | undefined => {
    const row = focused() ? rows()[index()] : undefined;
    return row?.kind === 'image' ? row.image.id : focused() ? undefined : selectedImage()?.id;
  };

  return {
    id: 'layers',
    place: 'layers',
    title: () => {
      const layers = rows().filter(({ kind }) => kind === 'layer').length;
      const shared = rows().filter((row) => row.kind === 'layer' && row.images.length > 1).length;
      return { text: '3 Layers', detail: layers === 0 ? '' : `${layers} · ${shared} shared` };
    },
    inputs: () => [
      rows(),
      view.state.lists.layers,
      context.layers.state,
      selectedImage()?.id,
      focused(),
      context.styles(),
    ],
    paint(grid) {
      const all = rows();
      const styles = context.styles();
      height = Math.max(1, grid.rows);
      if (all.length === 0) {
        const known = context.engine.state.images !== undefined;
        paintNote(grid, [{ text: known ? 'Layers of images show here' : 'Loading…', style: styles.muted }]);
        return undefined;
      }
      const selected = index();
      top = scrolledTop(top, selected, height, all.length);
      const active = lit();
      for (const [line, row] of all.slice(top, top + height).entries()) {
        const isSelected = top + line === selected;
        paintRow(grid, line, row, {
          styles,
          active,
          isSelected,
          focused: focused(),
          details: context.layers.state,
        });
      }
      paintScrollbar(grid, { row: 0, rows: height, top, length: all.length, styles });
      return undefined;
    },
    selected() {
      const row = rows()[index()];
      const image = row?.kind === 'image' ? row.image : undefined;
      return image === undefined ? undefined : { kind: 'image', subject: image };
    },
    details() {
      const row = rows()[index()];
      return row?.kind === 'layer' ? layerLines(row, context.layers.state) : undefined;
    },
    move(move) {
      view.update((state) => ({
        ...state,
        lists: { ...state.lists, layers: moveSelection(state.lists.layers, keys(), move) },
      }));
    },
    click(row) {
      const key = keys()[top + row];
      if (key !== undefined) this.move({ key });
    },
    pageRows: () => height,
  };
}

const none: readonly never[] = [];

function layerLines(row: Extract<LayerRow, { kind: 'layer' }>, details: LayerDetails): readonly string[] {
  const detail = details[row.images[0]?.id ?? '']?.[row.depth];
  return [
    `diff ID      ${row.diffId}`,
    `size         ${detail === undefined ? 'not known yet' : sizeText(detail.sizeBytes)}`,
    `number       ${row.depth + 1} from the bottom`,
    `made by      ${stripControl(detail?.instruction ?? 'not known')}`,
    '',
    row.images.length === 1 ? 'in one image' : `shared by ${row.images.length} images`,
    ...row.images.map(({ id, names }) => `  ${shortId(id)}  ${names[0] ?? '<none>'}`),
  ];
}

interface RowLook {
  readonly styles: Styles;
  /** ID of the image whose branch is lit. */
  readonly active: string | undefined;
  readonly isSelected: boolean;
  readonly focused: boolean;
  readonly details: LayerDetails;
}

function paintRow(grid: CellGrid, line: number, row: LayerRow, look: RowLook): void {
  const { styles, isSelected, focused } = look;
  const selection = focused ? styles.selection : styles.selectionIdle;
  const onRow = (style: CellStyle): CellStyle => (isSelected ? mergeStyle(selection, style) : style);
  if (isSelected) fillCells(grid, 0, line, grid.columns, selection);
  if (isSelected) drawText(grid, 0, line, focused ? '▌' : '▎', mergeStyle(selection, styles.accent));
  const onBranch =
    look.active !== undefined &&
    (row.kind === 'image' ? row.image.id === look.active : row.images.some(({ id }) => id === look.active));
  const end = grid.columns - 1 - sizeColumns;
  let at = drawText(grid, 1, line, row.guide, onRow(styles.graph), end);
  if (row.kind === 'image') {
    at = drawText(grid, at, line, '◆ ', onRow(onBranch ? styles.graphActive : styles.muted), end);
    const name = shortenStart(row.name, end - at - 1);
    drawText(grid, at, line, name, onRow(onBranch ? styles.titleFocused : styles.text), end);
    drawText(grid, end, line, fit(sizeText(row.image.sizeBytes), sizeColumns, 'right'), onRow(styles.text));
    return;
  }
  const detail = look.details[row.images[0]?.id ?? '']?.[row.depth];
  const strong = onRow(onBranch ? styles.graphActive : styles.graph);
  at = drawText(grid, at, line, row.images.length > 1 ? '● ' : '○ ', strong, end);
  at = drawText(
    grid,
    at,
    line,
    shortId(row.diffId).slice(0, 8),
    onRow(onBranch ? styles.accent : styles.muted),
    end,
  );
  if (row.images.length > 1) at = drawText(grid, at, line, ` ×${row.images.length}`, onRow(styles.info), end);
  const instruction = shorten(detail?.instruction ?? '', end - at - 3);
  if (textWidth(instruction) > 4) {
    drawText(grid, at + 2, line, instruction, onRow(onBranch ? styles.text : styles.muted), end);
  }
  const size = detail === undefined ? '' : sizeText(detail.sizeBytes);
  drawText(grid, end, line, fit(size, sizeColumns, 'right'), onRow(onBranch ? styles.text : styles.muted));
}
