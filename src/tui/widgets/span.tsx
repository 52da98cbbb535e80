import { Text } from 'ink';
import type { ReactElement } from 'react';
import type { CellStyle } from '../paint/cell-style.ts';
import { inkProps } from '../theme/ink-props.ts';

/** Text in one role's style. */
export function Span({
  style,
  children,
}: {
  readonly style: CellStyle;
  readonly children: string;
}): ReactElement {
  return (
    <Text {...inkProps(style)} wrap="truncate-end">
      {children}
    </Text>
  );
}
