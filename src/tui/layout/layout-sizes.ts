/** How the panes share the screen; fractions of 1. Kept in the preferences. */
export interface LayoutSizes {
  /** The left column (images, layers). */
  readonly left: number;
  /** Images above layers. */
  readonly upperLeft: number;
  /** Containers above logs. */
  readonly upperRight: number;
  /** Whether the strip of charts is shown. */
  readonly charts: boolean;
}

export const defaultSizes: LayoutSizes = { left: 0.42, upperLeft: 0.45, upperRight: 0.42, charts: false };

const range = { least: 0.2, most: 0.8 };

/** A fraction moved by a step, within what leaves every pane usable. */
export function movedFraction(fraction: number, by: number): number {
  return Math.round(Math.min(range.most, Math.max(range.least, fraction + by)) * 100) / 100;
}
