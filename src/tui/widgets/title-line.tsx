import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { shorten } from '../paint/fit.ts';
import { textWidth } from '../paint/grapheme.ts';
import type { ChromeState } from '../screen/chrome-state.ts';
import { Span } from './span.tsx';

/** The first line: what this is, which engine it drives, and whether that answers. */
export function TitleLine({ chrome }: { readonly chrome: ChromeState }): ReactElement {
  const { styles, columns, engineName, summary } = chrome;
  const name = engineName === 'gantry' ? '' : `  ${engineName}`;
  const room = columns - 10 - textWidth(name);
  return (
    <Box width={columns} justifyContent="space-between">
      <Text wrap="truncate-end">
        <Span style={styles.accent}>{' ◧ '}</Span>
        <Span style={styles.titleFocused}>gantry</Span>
        <Span style={styles.muted}>{name}</Span>
      </Text>
      <Span style={styles.muted}>{`${shorten(summary, room)} `}</Span>
    </Box>
  );
}
