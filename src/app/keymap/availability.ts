import type { Capabilities } from '../../engine/capabilities.ts';
import type { Command } from '../commands/define-command.ts';
import type { SubjectKind, Subjects } from '../commands/subject.ts';

/** What is selected where a key was pressed. */
export type Selected = {
  readonly [K in SubjectKind]: { readonly kind: K; readonly subject: Subjects[K] };
}[SubjectKind];

/**
 * Why a command cannot be used now, in a few words for a greyed hint; undefined: it can. The engine's capabilities
 * come first, then what it acts upon.
 */
export function whyNot(
  command: Command,
  capabilities: Capabilities,
  selected: Selected | undefined,
): string | undefined {
  for (const need of command.needs ?? []) {
    const reason = capabilities[need];
    if (reason !== undefined) return reason;
  }
  const { on } = command;
  if (on === undefined) return undefined;
  if (selected === undefined || selected.kind !== on.kind) return `no ${on.kind} is selected`;
  const refuse = on.refuse as ((subject: Subjects[SubjectKind]) => string | undefined) | undefined;
  return refuse?.(selected.subject);
}
