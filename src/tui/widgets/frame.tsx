import { Box } from 'ink';
import { memo } from 'react';
import type { FrameState } from '../screen/chrome-state.ts';
import { inkProps } from '../theme/ink-props.ts';
import type { Styles } from '../theme/resolve-styles.ts';

/** The frame of a pane, brighter when it has the keys. Its words are painted: they change more often than it does. */
export const Frame = memo(function Frame({
  frame,
  styles,
}: {
  readonly frame: FrameState;
  readonly styles: Styles;
}) {
  const { rect, focused } = frame;
  const { color, dimColor } = inkProps(focused ? styles.borderFocused : styles.border);
  return (
    <Box
      position="absolute"
      left={rect.column}
      top={rect.row}
      width={rect.columns}
      height={rect.rows}
      borderStyle="round"
      {...(color !== undefined && { borderColor: color })}
      {...(dimColor === true && { borderDimColor: true })}
    />
  );
});
