import type { Capability } from '../../engine/capabilities.ts';
import type { ArgumentSpecs, ArgumentValue } from './argument-spec.ts';
import type { CommandContext } from './command-context.ts';
import type { OptionSpecs, OptionValue } from './option-spec.ts';
import type { Outcome } from './outcome.ts';
import type { ActsOn, KeyBinding } from './subject.ts';

/** The words of one call, typed by the declaration. */
export interface CommandInput<A extends ArgumentSpecs, O extends OptionSpecs> {
  readonly args: { readonly [K in keyof A]: ArgumentValue<A[K]> };
  readonly options: { readonly [K in keyof O]: OptionValue<O[K]> };
  /** A `--` stood before the words of a `rest` argument: they are not ours to interpret. */
  readonly literal: boolean;
}

/** What is asked before something is destroyed. */
export interface Question {
  /** What is about to happen: `WARNING! This will remove all dangling images.` */
  readonly text: string;
  /** Exactly what would go, one line each; empty where the text says it all, or, where all surfaces ask, nothing would. */
  readonly items: readonly string[];
  /** `Are you sure you want to continue?` */
  readonly prompt: string;
}

export interface Danger<A extends ArgumentSpecs, O extends OptionSpecs> {
  /** `always`: on every surface. `screen`: only where one key is all it takes; the command line is explicit enough. */
  readonly asks: 'always' | 'screen';
  /** Undefined: nothing to ask (forced, or nothing would go). */
  question(ctx: CommandContext, input: CommandInput<A, O>): Promise<Question | undefined>;
}

/**
 * One command, declared once. Argument parser, `:` line, completion, keys, palette, footer hints, greyed reasons,
 * prompts, confirmations, help and reference pages all come from it.
 */
export interface CommandDefinition<A extends ArgumentSpecs, O extends OptionSpecs> {
  /** `container.stop`: noun, dot, verb. */
  readonly id: string;
  /** Every way to call it, the one for help first: `['stop', 'container stop']`. */
  readonly verbs: readonly [string, ...string[]];
  /** One line without a full stop, in the imperative. */
  readonly summary: string;
  /** More, for help and reference pages: paragraphs. */
  readonly description?: string | undefined;
  readonly args: A;
  readonly options: O;
  /** Docker's options that it does not take, each with the reason, so that none is ignored in silence. */
  readonly refused?: Readonly<Record<string, string>> | undefined;
  readonly keys?: readonly KeyBinding[] | undefined;
  readonly on?: ActsOn | undefined;
  readonly needs?: readonly Capability[] | undefined;
  readonly danger?: Danger<A, O> | undefined;
  /** Exit status for what goes wrong before a container ran: 125 for `run`, as Docker's. Default: the error's own. */
  readonly failureExitCode?: number | undefined;
  readonly examples?: readonly { readonly line: string; readonly meaning: string }[] | undefined;
  /** Does the work and returns data. It never prints and never touches a screen. */
  run(ctx: CommandContext, input: CommandInput<A, O>): Promise<Outcome>;
}

/** Any command, its types forgotten: what registries and surfaces hold. */
export type Command = CommandDefinition<ArgumentSpecs, OptionSpecs>;
/** The input of any command. */
export type AnyInput = CommandInput<ArgumentSpecs, OptionSpecs>;

/** Declares a command; the identity function that infers the types of its words. */
export function defineCommand<const A extends ArgumentSpecs, const O extends OptionSpecs>(
  definition: CommandDefinition<A, O>,
): CommandDefinition<A, O> {
  return definition;
}
