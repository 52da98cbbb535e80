import { Text } from 'ink';
import { Fragment, type ReactElement } from 'react';
import type { Hint } from '../../app/keymap/hints.ts';
import { textWidth } from '../paint/grapheme.ts';
import type { ChromeState } from '../screen/chrome-state.ts';
import { Span } from './span.tsx';

/** Keys that everybody needs, at the right end; the rest of the line is the focused pane's. */
const always: readonly Hint[] = [
  { key: ':', label: 'command', commandId: 'command.open', reason: undefined },
  { key: '?', label: 'keys', commandId: 'help.open', reason: undefined },
  { key: 'q', label: 'quit', commandId: 'quit', reason: undefined },
];

/** The last line: keys that work now; what does not apply is grey. */
export function Footer({ chrome }: { readonly chrome: ChromeState }): ReactElement {
  const { styles, columns, hints } = chrome;
  const right = always.reduce((width, hint) => width + hintWidth(hint), 0);
  const left = fitting(
    hints.filter(({ commandId }) => !hidden.test(commandId)),
    columns - right - 3,
  );
  const gap = columns - right - left.reduce((width, hint) => width + hintWidth(hint), 0) - 1;
  const draw = (hint: Hint): ReactElement => (
    <Fragment key={hint.commandId}>
      <Span style={hint.reason === undefined ? styles.key : styles.keyDisabled}>{hint.key}</Span>
      <Span
        style={hint.reason === undefined ? styles.keyLabel : styles.keyDisabled}
      >{` ${hint.label}  `}</Span>
    </Fragment>
  );
  return (
    <Text wrap="truncate-end">
      <Span style={styles.text}> </Span>
      {left.map(draw)}
      <Span style={styles.text}>{' '.repeat(Math.max(0, gap))}</Span>
      {always.map(draw)}
    </Text>
  );
}

/** Moving and arranging is for the help; the footer is for doing. */
const hidden = /^(?:move|page|pane|layout|screen|command|help|view|logs\.(?:left|right))\.|^quit$/;

function fitting(hints: readonly Hint[], room: number): readonly Hint[] {
  let taken = 0;
  return hints.filter((hint) => {
    taken += hintWidth(hint);
    return taken <= room;
  });
}

function hintWidth({ key, label }: Hint): number {
  return textWidth(key) + 1 + textWidth(label) + 2;
}
