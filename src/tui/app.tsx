import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { useScreen } from './hooks/screen-context.ts';
import { useStore } from './hooks/use-store.ts';
import { leastColumns, leastRows } from './layout/solve-layout.ts';
import { OverlayView } from './overlays/overlay-view.tsx';
import { PromptLine } from './prompt/prompt-line.tsx';
import { Frame } from './widgets/frame.tsx';
import { TitleLine } from './widgets/title-line.tsx';

/** All that Ink draws: title, frames, overlays and the field at the bottom. What is inside and changes often is painted. */
export function App(): ReactElement {
  const screen = useScreen();
  const chrome = useStore(screen.chrome, (state) => state);
  const { columns, rows, layout, styles } = chrome;
  if (layout === undefined) return <TooSmall columns={columns} rows={rows} />;
  return (
    <Box width={columns} height={rows}>
      <Box position="absolute" left={0} top={0} width={columns} height={1}>
        <TitleLine chrome={chrome} />
      </Box>
      {chrome.frames.map((frame) => (
        <Frame key={frame.id} frame={frame} styles={styles} />
      ))}
      <PromptLine />
      <OverlayView />
    </Box>
  );
}

/** One line that says what is wrong, also where there is hardly room for it. */
function TooSmall({ columns, rows }: { readonly columns: number; readonly rows: number }): ReactElement {
  const text = `terminal too small (${columns}x${rows}), need ${leastColumns}x${leastRows}`;
  return (
    <Box width={columns} height={rows} alignItems="center" justifyContent="center">
      <Text wrap="wrap">{text}</Text>
    </Box>
  );
}
