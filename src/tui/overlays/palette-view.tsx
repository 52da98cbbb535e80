import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { whyNot } from '../../app/keymap/availability.ts';
import { keysOf } from '../../app/keymap/keymap.ts';
import { useScreen } from '../hooks/screen-context.ts';
import { useStore } from '../hooks/use-store.ts';
import { fit, shorten } from '../paint/fit.ts';
import type { Rect } from '../paint/rect.ts';
import { selectedFor } from '../screen/invoke.ts';
import { paletteTyped } from '../screen/overlay-input.ts';
import { OverlayFrame } from '../widgets/overlay-frame.tsx';
import { Span } from '../widgets/span.tsx';
import { TextField } from '../widgets/text-field.tsx';
import type { OverlayOf } from './overlay.ts';
import { paletteItems } from './palette-items.ts';

const verbColumns = 22;
const keyColumns = 10;

/** Every command by name: what does not apply now is grey and says why. */
export function PaletteView({
  overlay,
  rect,
}: {
  readonly overlay: OverlayOf<'palette'>;
  readonly rect: Rect;
}): ReactElement {
  const screen = useScreen();
  const { styles } = useStore(screen.chrome, (state) => state);
  const items = paletteItems(screen.commands, overlay.query);
  const height = rect.rows - 4;
  const width = rect.columns - 4;
  const top = Math.max(0, Math.min(overlay.index - Math.floor(height / 2), items.length - height));
  return (
    <OverlayFrame
      rect={rect}
      title="Commands"
      keys={`${items.length} of ${screen.commands.length} · enter go · esc close`}
      border={styles.overlayBorder}
      styles={styles}
    >
      <Box height={1}>
        <Span style={styles.accent}>{'› '}</Span>
        <TextField
          value={overlay.query}
          width={width - 2}
          focus
          placeholder="type to find"
          changed={(query) => paletteTyped(screen, query)}
        />
      </Box>
      <Span style={styles.faint}>{'─'.repeat(width)}</Span>
      {items.length === 0 ? (
        <Span style={styles.muted}>{shorten(` No command has “${overlay.query}”`, width)}</Span>
      ) : null}
      {items.slice(top, top + height).map((command, index) => {
        const reason = whyNot(command, screen.engine.capabilities, selectedFor(screen, command));
        const marked = top + index === overlay.index;
        const look = (style: (typeof styles)['text']) =>
          marked ? { ...styles.selection } : reason === undefined ? style : styles.keyDisabled;
        const detail = reason === undefined ? command.summary : `${command.summary} — ${reason}`;
        const room = width - verbColumns - keyColumns;
        return (
          <Text key={command.id} wrap="truncate-end">
            <Span style={look(styles.text)}>{` ${fit(command.verbs[0], verbColumns - 1)}`}</Span>
            <Span style={look(styles.muted)}>{fit(shorten(detail, room - 1), room)}</Span>
            <Span style={look(styles.key)}>
              {fit(keysOf(screen.keymap, command.id).slice(0, 2).join(' '), keyColumns, 'right')}
            </Span>
          </Text>
        );
      })}
    </OverlayFrame>
  );
}
