import type { CompletionSource } from './completion-source.ts';

interface OptionBase {
  /** One character: `a` for `-a`. */
  readonly short?: string | undefined;
  readonly help: string;
  /** The word for its value in help: `string`, `list`, `filter`. Each kind has a usual one. */
  readonly valueName?: string | undefined;
  readonly source?: CompletionSource | undefined;
  /** Other long names, kept for scripts and left out of help. */
  readonly aliases?: readonly string[] | undefined;
}

/**
 * An option of a command. Its key in the record is its long name in camel case: `noTrunc` is `--no-trunc`.
 * - `flag`: no value needed; `--sig-proxy=false` is fine.
 * - `text`, `list`: taken as they are; `list` may be repeated.
 * - `integer`, `number`: checked.
 * - `bytes`: `512m`, in bytes. `duration`: `1m30s`, in nanoseconds as Docker's documents have it.
 */
export type OptionSpec =
  | (OptionBase & { readonly kind: 'flag'; readonly initial?: boolean | undefined })
  | (OptionBase & {
      readonly kind: 'text';
      readonly initial?: string | undefined;
      /** What the bare option means, where its value may be left out. */
      readonly bare?: string | undefined;
      /** Its value is not kept in any history. */
      readonly secret?: boolean | undefined;
    })
  | (OptionBase & { readonly kind: 'list' })
  | (OptionBase & { readonly kind: 'integer'; readonly initial?: number | undefined })
  | (OptionBase & { readonly kind: 'number' })
  | (OptionBase & { readonly kind: 'bytes' })
  | (OptionBase & { readonly kind: 'duration' });

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** What `run` gets for one option: undefined where it was not given and has no initial value. */
export type OptionValue<S extends OptionSpec = OptionSpec> = S extends { readonly kind: 'flag' }
  ? boolean
  : S extends { readonly kind: 'list' }
    ? readonly string[]
    : S extends { readonly kind: 'text' }
      ? S extends { readonly initial: string }
        ? string
        : string | undefined
      : S extends { readonly initial: number }
        ? number
        : number | undefined;

/** `noTrunc` → `no-trunc`. */
export function longName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

type Details = Omit<OptionBase, 'help'>;

export function flag(help: string, details?: Details & { readonly initial?: boolean }) {
  return { kind: 'flag', help, ...details } as const;
}

export function text<
  const D extends Details & { readonly initial?: string; readonly bare?: string; readonly secret?: boolean },
>(help: string, details?: D) {
  return { kind: 'text', help, ...(details as D) } as const;
}

export function list(help: string, details?: Details) {
  return { kind: 'list', help, ...details } as const;
}

export function integer<const D extends Details & { readonly initial?: number }>(help: string, details?: D) {
  return { kind: 'integer', help, ...(details as D) } as const;
}

export function number(help: string, details?: Details) {
  return { kind: 'number', help, ...details } as const;
}

export function bytes(help: string, details?: Details) {
  return { kind: 'bytes', help, ...details } as const;
}

export function duration(help: string, details?: Details) {
  return { kind: 'duration', help, ...details } as const;
}
