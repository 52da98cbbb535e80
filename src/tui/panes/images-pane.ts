import { imagesSize } from '../../app/state/images-size.ts';
import { shortId } from '../../oci/digest.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { memo } from '../view/memo.ts';
import { shortAge, sizeText } from '../view/short-text.ts';
import type { TableColumn } from '../widgets/paint-table.ts';
import { type ImageRow, imageRows } from './image-rows.ts';
import { listPane } from './list-pane.ts';
import type { Pane } from './pane.ts';
import type { PaneContext } from './pane-context.ts';

/** The images of the engine, a line a name. */
export function imagesPane(context: PaneContext): Pane {
  const rows = memo(imageRows);
  const columns = memo(imageColumns);
  const size = memo(imagesSize);
  return listPane<ImageRow>(context, {
    id: 'images',
    place: 'images',
    name: '1 Images',
    all: () => context.engine.state.images?.length,
    rows: (filter) => rows(context.engine.state.images ?? none, filter),
    columns: () => columns(context.styles(), context.view.state.nowMs),
    detail: () => {
      const images = context.engine.state.images ?? none;
      if (images.length === 0) return '';
      return `${rows(images, '').length} · ${sizeText(size(images, context.layers.state))}`;
    },
    selected: ({ image }) => ({ kind: 'image', subject: image }),
    empty: () => {
      const build = context.keyOf('image.build') ?? ':build';
      const pull = context.keyOf('image.pull') ?? ':pull';
      return ['No images yet', `${build} builds one from a folder · ${pull} pulls one`];
    },
  });
}

const none: readonly never[] = [];

function imageColumns(styles: Styles, nowMs: number): readonly TableColumn<ImageRow>[] {
  return [
    {
      header: '',
      least: 1,
      most: 1,
      drop: 0,
      cell: ({ image }) =>
        image.containers > 0
          ? { text: '●', style: styles.success }
          : { text: image.names.length === 0 ? '◌' : '○', style: styles.faint },
    },
    {
      header: 'NAME',
      least: 26,
      most: 80,
      drop: 0,
      grows: true,
      keep: 'end',
      cell: ({ name }) => ({ text: name, style: name === '<none>' ? styles.muted : undefined }),
    },
    {
      header: 'ID',
      least: 12,
      most: 12,
      drop: 1,
      cell: ({ image }) => ({ text: shortId(image.id), style: styles.muted }),
    },
    {
      header: 'AGE',
      align: 'right',
      least: 3,
      most: 4,
      drop: 2,
      cell: ({ image }) => ({ text: shortAge(image.createdAt, nowMs), style: styles.muted }),
    },
    {
      header: 'SIZE',
      align: 'right',
      least: 7,
      most: 8,
      drop: 3,
      cell: ({ image }) => ({ text: sizeText(image.sizeBytes) }),
    },
  ];
}
