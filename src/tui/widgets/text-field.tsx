import { Box, Text } from 'ink';
import TextInput from 'ink-text-input';
import type { ReactElement } from 'react';
import { stripControl } from '../../base/strip-control.ts';

export interface TextFieldProps {
  readonly value: string;
  readonly width: number;
  readonly focus: boolean;
  readonly placeholder: string;
  changed(value: string): void;
}

/** One line of text. The end is kept in sight where it is longer than its field. */
export function TextField({ value, width, focus, placeholder, changed }: TextFieldProps): ReactElement {
  return (
    <Box width={width} height={1} overflow="hidden">
      <Text wrap="truncate-start">
        <TextInput
          value={value}
          focus={focus}
          placeholder={placeholder}
          onChange={(text) =>
            changed(
              stripControl(text)
                .replaceAll('\ufffd', '')
                .replace(/[\n\t]/g, ' '),
            )
          }
        />
      </Text>
    </Box>
  );
}
