import type { ThemeToken } from './theme-token.ts';

/** Names of the sixteen colours every terminal has; `default` is its own text or background colour. */
export const namedColours = [
  'black',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'white',
  'brightBlack',
  'brightRed',
  'brightGreen',
  'brightYellow',
  'brightBlue',
  'brightMagenta',
  'brightCyan',
  'brightWhite',
] as const;

export type NamedColour = (typeof namedColours)[number] | 'default';

export interface TokenAttributes {
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
}

/** How one role looks. */
export interface TokenStyle extends TokenAttributes {
  /** `#rrggbb` or `default`. */
  readonly fg?: string;
  readonly bg?: string;
  /** Where the terminal has sixteen colours; without it the nearest is taken. */
  readonly fg16?: NamedColour;
  readonly bg16?: NamedColour;
  /** Where it has none (NO_COLOR); without it the attributes above. */
  readonly mono?: TokenAttributes;
}

export interface Theme {
  /** As preferences and `theme use` name it. */
  readonly name: string;
  readonly title: string;
  /** What background it is made for. */
  readonly appearance: 'dark' | 'light';
  readonly tokens: Readonly<Record<ThemeToken, TokenStyle>>;
}
