import type { LayoutSizes } from '../layout/layout-sizes.ts';
import type { Overlay } from '../overlays/overlay.ts';

/** Lists that share the upper left of the screen: one of them is shown. */
export type SlotPaneId = 'images' | 'volumes' | 'networks';
export type ListPaneId = SlotPaneId | 'containers' | 'layers';
export type TerminalPaneId = `terminal-${number}`;
/** What is always on the screen, or can be. */
export type HomePaneId = ListPaneId | 'logs' | 'charts';
/** Everything that has a frame on the screen. */
export type PaneId = HomePaneId | TerminalPaneId;

/** What a list remembers between two paints. */
export interface ListView {
  /** Key of the selected row; a row keeps it while the list changes around it. */
  readonly selected: string | undefined;
  /** Where it stood, for when it is gone. */
  readonly index: number;
  readonly filter: string;
  /** Keys of rows that commands act upon together; some may have gone. */
  readonly marked: readonly string[];
}

export interface LogsView {
  readonly wrap: boolean;
  readonly timestamps: boolean;
  /** Number of the line at the bottom; undefined: follows the newest. */
  readonly bottom: number | undefined;
  /** Cells cut off at the left while lines are not wrapped. */
  readonly shift: number;
  readonly search: string;
  /** Number of the line the search stands on. */
  readonly hit: number | undefined;
}

/** The one-line field at the bottom. */
export interface Prompt {
  readonly kind: 'command' | 'filter' | 'search';
  readonly text: string;
  /** What was there before, for esc. */
  readonly before: string;
  /** Place in the history of `:`; undefined: the line being written. */
  readonly recalled: number | undefined;
  /** Which proposal is marked. */
  readonly proposal: number | undefined;
}

export interface Message {
  readonly tone: 'success' | 'info' | 'warning' | 'danger';
  readonly text: string;
  readonly hint: string | undefined;
}

export interface SaidMessage extends Message {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** Everything about the screen that is not the engine's. */
export interface ViewState {
  readonly columns: number;
  readonly rows: number;
  readonly focus: PaneId;
  readonly zoomed: boolean;
  /** The list shown at the upper left. */
  readonly slot: SlotPaneId;
  /** Clicks and the wheel are ours; else they are the terminal's, which selects text with them. */
  readonly mouse: boolean;
  readonly sizes: LayoutSizes;
  readonly theme: string;
  readonly lists: Readonly<Record<ListPaneId, ListView>>;
  readonly logs: LogsView;
  readonly terminals: readonly TerminalPaneId[];
  /** Which pane had the keys before a shell got them. */
  readonly cameFrom: Readonly<Partial<Record<TerminalPaneId, HomePaneId>>>;
  /** The last one has the keys. */
  readonly overlays: readonly Overlay[];
  readonly prompt: Prompt | undefined;
  readonly message: Message | undefined;
  /** What was said so far, the newest last. */
  readonly said: readonly SaidMessage[];
  /** Milliseconds since the epoch as ages are counted from; moves on when one of them changes. */
  readonly nowMs: number;
}

const emptyList: ListView = { selected: undefined, index: 0, filter: '', marked: [] };

export function initialView(
  options: Pick<ViewState, 'columns' | 'rows' | 'sizes' | 'theme' | 'nowMs'> & {
    readonly logs?: Partial<LogsView>;
    readonly mouse?: boolean | undefined;
  },
): ViewState {
  const { logs, mouse = true, ...rest } = options;
  return {
    ...rest,
    focus: 'containers',
    zoomed: false,
    slot: 'images',
    mouse,
    lists: {
      images: emptyList,
      volumes: emptyList,
      networks: emptyList,
      containers: emptyList,
      layers: emptyList,
    },
    logs: {
      wrap: true,
      timestamps: false,
      bottom: undefined,
      shift: 0,
      search: '',
      hit: undefined,
      ...logs,
    },
    terminals: [],
    cameFrom: {},
    overlays: [],
    prompt: undefined,
    message: undefined,
    said: [],
  };
}
