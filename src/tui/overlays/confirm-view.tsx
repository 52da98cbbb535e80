import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { useScreen } from '../hooks/screen-context.ts';
import { useStore } from '../hooks/use-store.ts';
import type { Rect } from '../paint/rect.ts';
import { OverlayFrame } from '../widgets/overlay-frame.tsx';
import { Span } from '../widgets/span.tsx';
import { confirmRows } from './confirm-rows.ts';
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
  const { styles, columns } = useStore(useScreen().chrome, (state) => state);
  const { text, items, prompt } = confirmRows(overlay.question, columns);
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
      {text.map((line, index) => (
        <Span key={index} style={styles.text}>
          {line}
        </Span>
      ))}
      <Text> </Text>
      {shown.map((item, index) => (
        <Span key={overlay.top + index} style={styles.warning}>
          {item}
        </Span>
      ))}
      {items.length === 0 ? null : (
        <Span style={styles.muted}>{left > 0 ? `  ${left} more, j k to read` : ' '}</Span>
      )}
      <Box flexGrow={1} />
      {prompt.map((line, index) => (
        <Span key={index} style={styles.titleFocused}>
          {line}
        </Span>
      ))}
    </OverlayFrame>
  );
}
