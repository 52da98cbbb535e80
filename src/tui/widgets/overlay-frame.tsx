import { Box, Text } from 'ink';
import type { ReactElement, ReactNode } from 'react';
import type { CellStyle } from '../paint/cell-style.ts';
import { shorten } from '../paint/fit.ts';
import { textWidth } from '../paint/grapheme.ts';
import type { Rect } from '../paint/rect.ts';
import { inkProps } from '../theme/ink-props.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { Span } from './span.tsx';

export interface OverlayFrameProps {
  readonly rect: Rect;
  readonly title: string;
  /** Keys that work here, in the lower edge. */
  readonly keys: string;
  readonly border: CellStyle;
  readonly styles: Styles;
  readonly children?: ReactNode;
}

/** A box above everything: blanks what lies below, its title in the upper edge, its keys in the lower one. */
export function OverlayFrame({
  rect,
  title,
  keys,
  border,
  styles,
  children,
}: OverlayFrameProps): ReactElement {
  const inner = rect.columns - 2;
  const blank = ' '.repeat(inner);
  const name = shorten(title, inner - 4);
  const hint = shorten(keys, inner - 4);
  return (
    <Box position="absolute" left={rect.column} top={rect.row} width={rect.columns} height={rect.rows}>
      <Box position="absolute" left={0} top={0} flexDirection="column">
        <Text wrap="truncate-end">
          <Span style={border}>{'╭─ '}</Span>
          <Span style={styles.titleFocused}>{name}</Span>
          <Span style={border}>{` ${'─'.repeat(Math.max(0, inner - 3 - textWidth(name)))}╮`}</Span>
        </Text>
        <Text {...inkProps(border)}>
          {Array.from({ length: rect.rows - 2 }, () => `│${blank}│`).join('\n')}
        </Text>
        <Text wrap="truncate-end">
          <Span style={border}>{`╰${'─'.repeat(Math.max(0, inner - 3 - textWidth(hint)))} `}</Span>
          <Span style={styles.muted}>{hint}</Span>
          <Span style={border}>{' ─╯'}</Span>
        </Text>
      </Box>
      <Box
        position="absolute"
        left={2}
        top={1}
        width={inner - 2}
        height={rect.rows - 2}
        flexDirection="column"
      >
        {children}
      </Box>
    </Box>
  );
}
