/** Every role a colour can have on a screen. Widgets name roles; themes name colours. */
export const themeTokens = [
  /** Plain text, and text that matters less and least. */
  'text',
  'muted',
  'faint',
  /** The one colour that draws the eye. */
  'accent',
  'success',
  'warning',
  'danger',
  'info',
  /** Frames of panes, and of the one that has the keys. */
  'border',
  'borderFocused',
  'title',
  'titleFocused',
  /** Column headers of lists. */
  'header',
  /** The selected row of the focused pane, and of the others. */
  'selection',
  'selectionIdle',
  /** Keys and what they do, in the footer and the help. */
  'key',
  'keyLabel',
  'keyDisabled',
  /** Search hits, and the one the cursor is on. */
  'match',
  'matchCurrent',
  'progress',
  'progressTrack',
  /** Lines of the layer graph, and the branch of the selected image. */
  'graph',
  'graphActive',
  'input',
  'placeholder',
  'overlayBorder',
  'dangerBorder',
  'chartCpu',
  'chartMemory',
  'chartAxis',
  'logTime',
  'logStderr',
  'scrollbar',
] as const;

export type ThemeToken = (typeof themeTokens)[number];
