import type { Layout } from '../layout/solve-layout.ts';
import type { Rect } from '../paint/rect.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import type { PaneId } from '../view/view-state.ts';

/** A pane's frame as Ink draws it. */
export interface FrameState {
  readonly id: PaneId;
  readonly rect: Rect;
  readonly focused: boolean;
}

/**
 * Everything Ink draws beside overlays and the prompt. Replaced only when it looks different, and that is seldom: a frame
 * of Ink costs as much as fifty of ours, so words that change with every key are painted.
 */
export interface ChromeState {
  readonly columns: number;
  readonly rows: number;
  /** Undefined: the terminal is too small. */
  readonly layout: Layout | undefined;
  readonly styles: Styles;
  readonly engineName: string;
  /** At the right of the title line. */
  readonly summary: string;
  readonly frames: readonly FrameState[];
}
