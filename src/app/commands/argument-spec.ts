import type { CompletionSource } from './completion-source.ts';

interface ArgumentBase {
  /** As usage lines show it: `CONTAINER`, `SOURCE_IMAGE[:TAG]`. */
  readonly placeholder: string;
  /** What it is, for a prompt that asks for it: one short phrase. */
  readonly help?: string | undefined;
  readonly source?: CompletionSource | undefined;
}

/**
 * A positional word of a command. `rest` takes everything that follows as it is (the container's command): options
 * of ours end at the first positional of a command that has one, and a leading `--` of it is dropped.
 */
export type ArgumentSpec =
  | (ArgumentBase & { readonly kind: 'one' })
  | (ArgumentBase & { readonly kind: 'optional' })
  | (ArgumentBase & { readonly kind: 'many' })
  | (ArgumentBase & { readonly kind: 'any' })
  | (ArgumentBase & { readonly kind: 'rest'; readonly minimum?: number | undefined });

/** In the order of the command line; at most the last one may take several words. */
export type ArgumentSpecs = Readonly<Record<string, ArgumentSpec>>;

/** What `run` gets for one argument. */
export type ArgumentValue<S extends ArgumentSpec = ArgumentSpec> = S extends { readonly kind: 'one' }
  ? string
  : S extends { readonly kind: 'optional' }
    ? string | undefined
    : readonly string[];

type Details = Omit<ArgumentBase, 'placeholder'>;

/** Exactly one word. */
export function one(placeholder: string, details?: Details) {
  return { kind: 'one', placeholder, ...details } as const;
}

/** One word or none. */
export function optional(placeholder: string, details?: Details) {
  return { kind: 'optional', placeholder, ...details } as const;
}

/** At least one word. */
export function many(placeholder: string, details?: Details) {
  return { kind: 'many', placeholder, ...details } as const;
}

/** Any number of words. */
export function any(placeholder: string, details?: Details) {
  return { kind: 'any', placeholder, ...details } as const;
}

/** Everything that follows, untouched. */
export function rest(placeholder: string, details?: Details & { readonly minimum?: number }) {
  return { kind: 'rest', placeholder, ...details } as const;
}
