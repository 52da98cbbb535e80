import { Box, Text } from 'ink';
import { memo, type ReactElement } from 'react';
import { shorten } from '../paint/fit.ts';
import { textWidth } from '../paint/grapheme.ts';
import type { FrameState } from '../screen/chrome-state.ts';
import { inkProps } from '../theme/ink-props.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { Span } from './span.tsx';

/** The frame of a pane: its name in the upper edge, counts at the right, brighter when it has the keys. */
export const Frame = memo(function Frame({
  frame,
  styles,
}: {
  readonly frame: FrameState;
  readonly styles: Styles;
}) {
  const { rect, focused } = frame;
  const border = focused ? styles.borderFocused : styles.border;
  return (
    <Box
      position="absolute"
      left={rect.column}
      top={rect.row}
      width={rect.columns}
      height={rect.rows}
      flexDirection="column"
    >
      <TopEdge frame={frame} styles={styles} />
      <Box flexGrow={1} borderStyle="round" borderTop={false} {...borderColour(inkProps(border))} />
    </Box>
  );
});

function TopEdge({ frame, styles }: { readonly frame: FrameState; readonly styles: Styles }): ReactElement {
  const { rect, focused } = frame;
  const border = focused ? styles.borderFocused : styles.border;
  const room = rect.columns - 6;
  const title = shorten(frame.title, room);
  const left = room - textWidth(title) - 3;
  const detail = frame.detail === '' || left < 4 ? '' : shorten(frame.detail, left);
  const line = room - textWidth(title) - (detail === '' ? 0 : textWidth(detail) + 2);
  return (
    <Text wrap="truncate-end">
      <Span style={border}>{'╭─ '}</Span>
      <Span style={focused ? styles.titleFocused : styles.title}>{title}</Span>
      <Span style={border}>{` ${'─'.repeat(Math.max(0, line))}${detail === '' ? '' : ' '}`}</Span>
      {detail === '' ? null : <Span style={styles.muted}>{detail}</Span>}
      <Span style={border}>{detail === '' ? '─╮' : ' ─╮'}</Span>
    </Text>
  );
}

function borderColour({ color, dimColor }: ReturnType<typeof inkProps>) {
  return {
    ...(color !== undefined && { borderColor: color }),
    ...(dimColor === true && { borderDimColor: true }),
  };
}
