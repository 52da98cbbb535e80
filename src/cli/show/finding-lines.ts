import { safeLine } from '../../app/commands/present/safe-text.ts';
import type { BuildEvent } from '../../engine/builds.ts';

type Warning = Extract<BuildEvent, { kind: 'warning' }>;

/** What the build checks found, as `docker build` tells it at the end. Other warnings are told when they come. */
export function findingLines(warnings: readonly Warning[]): readonly string[] {
  const findings = warnings.filter(({ rule }) => rule !== undefined);
  if (findings.length === 0) return [];
  const count = findings.length === 1 ? '1 warning' : `${findings.length} warnings`;
  const lines = findings.map(({ rule, message, position }) => {
    const place = position === undefined ? '' : ` (line ${position.line})`;
    return ` - ${rule}: ${safeLine(message)}${place}`;
  });
  return ['', ` ${count} found (use --check to expand):`, ...lines];
}
