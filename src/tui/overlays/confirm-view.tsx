import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { stripControl } from '../../base/strip-control.ts';
import { useScreen } from '../hooks/screen-context.ts';
import { useStore } from '../hooks/use-store.ts';
import { shorten } from '../paint/fit.ts';
import type { Rect } from '../paint/rect.ts';
import { OverlayFrame } from '../widgets/overlay-frame.tsx';
import { Span } from '../widgets/span.tsx';
import type { OverlayOf } from './overlay.ts';
import { confirmItemRows } from './overlay-rect.ts';

/** A question before something is destroyed, with the list of what would go. */
export function ConfirmView({
  overlay,
  rect,
}: {
  readonly overlay: OverlayOf<'confirm'>;
  readonly rect: Rect;
}): ReactElement {
  const { styles } = useStore(useScreen().chrome, (state) => state);
  const { text, items, prompt } = overlay.question;
  const width = rect.columns - 4;
  const shown = items.slice(overlay.top, overlay.top + confirmItemRows);
  const left = items.length - overlay.top - shown.length;
  return (
    <OverlayFrame
      rect={rect}
      title="Are you sure?"
      keys="y yes · n no"
      border={styles.dangerBorder}
      styles={styles}
    >
      <Span style={styles.text}>{shorten(stripControl(text.replace(/^WARNING! /, '')), width)}</Span>
      <Text> </Text>
      {shown.map((item, index) => (
        <Span key={overlay.top + index} style={styles.warning}>
          {shorten(`• ${stripControl(item)}`, width)}
        </Span>
      ))}
      {items.length === 0 ? null : (
        <Span style={styles.muted}>{left > 0 ? `  ${left} more, j k to read` : ' '}</Span>
      )}
      <Box flexGrow={1} />
      <Span style={styles.titleFocused}>{shorten(prompt, width)}</Span>
    </OverlayFrame>
  );
}
