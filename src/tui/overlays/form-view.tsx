import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { formNotes } from '../forms/form-notes.ts';
import type { FormField, FormState } from '../forms/form-state.ts';
import { useScreen } from '../hooks/screen-context.ts';
import { useStore } from '../hooks/use-store.ts';
import { fit, shorten } from '../paint/fit.ts';
import type { Rect } from '../paint/rect.ts';
import { formFieldTyped } from '../screen/forms.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { OverlayFrame } from '../widgets/overlay-frame.tsx';
import { Span } from '../widgets/span.tsx';
import { TextField } from '../widgets/text-field.tsx';
import type { OverlayOf } from './overlay.ts';

const labelColumns = 20;

/** A form: a line a field, the problem at the end. */
export function FormView({
  overlay,
  rect,
}: {
  readonly overlay: OverlayOf<'form'>;
  readonly rect: Rect;
}): ReactElement {
  const { styles } = useStore(useScreen().chrome, (state) => state);
  const { form } = overlay;
  const width = rect.columns - 4;
  const notes = formNotes(form, width);
  // On a screen too low for all of them, those around the one with the cursor.
  const room = Math.max(1, rect.rows - 4 - notes.length);
  const top = Math.max(0, Math.min(form.index - Math.floor(room / 2), form.fields.length - room));
  return (
    <OverlayFrame
      rect={rect}
      title={form.title}
      keys={keysOf(form)}
      border={styles.overlayBorder}
      styles={styles}
    >
      <Text> </Text>
      {form.fields.slice(top, top + room).map((field, index) => (
        <FieldRow
          key={field.key}
          field={field}
          focus={top + index === form.index}
          width={width}
          styles={styles}
        />
      ))}
      <Text> </Text>
      {notes.map(({ tone, text }, index) => (
        <Span key={index} style={tone === 'problem' ? styles.danger : styles.muted}>
          {text || ' '}
        </Span>
      ))}
    </OverlayFrame>
  );
}

function keysOf({ fields, index, busy }: FormState): string {
  if (busy) return 'esc go on in the background';
  const next = fields[index]?.path === undefined ? 'tab next' : 'tab complete, next';
  return fields.length > 1 ? `enter go · ${next} · esc cancel` : 'enter go · esc cancel';
}

interface FieldRowProps {
  readonly field: FormField;
  readonly focus: boolean;
  readonly width: number;
  readonly styles: Styles;
}

function FieldRow({ field, focus, width, styles }: FieldRowProps): ReactElement {
  const screen = useScreen();
  return (
    <Box height={1}>
      <Span style={focus ? styles.accent : styles.faint}>{focus ? '▌ ' : '  '}</Span>
      <Span style={focus ? styles.titleFocused : styles.muted}>{fit(field.label, labelColumns)}</Span>
      {field.kind === 'choice' ? (
        <Span style={focus ? styles.input : styles.text}>
          {`${field.value}${focus ? '  ← → changes' : ''}`}
        </Span>
      ) : field.kind === 'toggle' ? (
        <Span style={field.value === '' ? styles.muted : styles.success}>
          {`${field.value === '' ? '[ ]' : '[✓]'}${focus ? '  space changes' : ''}`}
        </Span>
      ) : focus ? (
        <TextField
          value={field.value}
          width={width - labelColumns - 2}
          focus
          placeholder={field.placeholder}
          changed={(value) => formFieldTyped(screen, value)}
        />
      ) : (
        <Span style={field.value === '' ? styles.placeholder : styles.input}>
          {shorten(field.value === '' ? field.placeholder : field.value, width - labelColumns - 2)}
        </Span>
      )}
    </Box>
  );
}
