import { Box, Text } from 'ink';
import TextInput from 'ink-text-input';
import { type ReactElement, useRef } from 'react';
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
  // The input keeps its cursor where it was when the text is set from outside (completion, history): a new one begins
  // at the end.
  const typed = useRef({ value, edition: 0 });
  if (typed.current.value !== value) typed.current = { value, edition: typed.current.edition + 1 };
  return (
    <Box width={width} height={1} overflow="hidden">
      <Text wrap="truncate-start">
        <TextInput
          key={typed.current.edition}
          value={value}
          focus={focus}
          placeholder={placeholder}
          onChange={(text) => {
            const clean = cleanText(text);
            typed.current.value = clean;
            changed(clean);
          }}
        />
      </Text>
    </Box>
  );
}

function cleanText(text: string): string {
  return stripControl(text)
    .replaceAll('\ufffd', '')
    .replace(/[\n\t]/g, ' ');
}
