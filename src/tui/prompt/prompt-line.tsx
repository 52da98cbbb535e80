import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { useScreen } from '../hooks/screen-context.ts';
import { useStore } from '../hooks/use-store.ts';
import { fit, shorten } from '../paint/fit.ts';
import { promptChanged } from '../screen/prompt-input.ts';
import { Span } from '../widgets/span.tsx';
import { TextField } from '../widgets/text-field.tsx';
import { type Proposal, proposals } from './proposals.ts';
import { proposalsRect } from './proposals-rect.ts';

const signs = { command: ':', filter: '/', search: '/' } as const;
const placeholders = {
  command: 'a command, tab completes',
  filter: 'words to look for, !word leaves out',
  search: 'text to look for',
} as const;

/** The field in the status line, with what could follow above it. */
export function PromptLine(): ReactElement | null {
  const screen = useScreen();
  const prompt = useStore(screen.view, (state) => state.prompt);
  const { columns, rows, styles, layout } = useStore(screen.chrome, (state) => state);
  if (prompt === undefined || layout === undefined) return null;
  const items =
    prompt.kind === 'command' ? proposals(prompt.text, screen.commands, screen.engineStore.state) : [];
  return (
    <>
      <Proposals items={items} marked={prompt.proposal} columns={columns} rows={rows} />
      <Box position="absolute" left={0} top={layout.status.row} width={columns} height={1}>
        <Span style={styles.accent}>{` ${signs[prompt.kind]} `}</Span>
        <TextField
          value={prompt.text}
          width={columns - 4}
          focus
          placeholder={placeholders[prompt.kind]}
          changed={(text) => promptChanged(screen, text)}
        />
      </Box>
    </>
  );
}

interface ProposalsProps {
  readonly items: readonly Proposal[];
  readonly marked: number | undefined;
  readonly columns: number;
  readonly rows: number;
}

function Proposals({ items, marked, columns, rows }: ProposalsProps): ReactElement | null {
  const { styles } = useStore(useScreen().chrome, (state) => state);
  const rect = proposalsRect(items, columns, rows);
  if (rect === undefined) return null;
  const wide = Math.min(32, Math.max(...items.map(({ text }) => text.length)) + 2);
  return (
    <Box position="absolute" left={rect.column} top={rect.row} width={rect.columns} flexDirection="column">
      {items.slice(0, rect.rows).map(({ text, detail }, index) => (
        <Text key={text} wrap="truncate-end">
          <Span
            style={index === marked ? styles.selection : styles.selectionIdle}
          >{` ${fit(text, wide)}`}</Span>
          <Span
            style={index === marked ? styles.selection : { ...styles.selectionIdle, fg: styles.muted.fg }}
          >
            {fit(shorten(detail, rect.columns - wide - 2), rect.columns - wide - 1)}
          </Span>
        </Text>
      ))}
    </Box>
  );
}
