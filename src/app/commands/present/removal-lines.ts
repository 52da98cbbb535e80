import { humanSize } from '../format/human-size.ts';
import type { RemovalsOutcome } from '../outcome.ts';
import { safeLine } from './safe-text.ts';

/** What was removed, as Docker prints it: titled sections with something in them, then the total. */
export function removalLines({
  sections,
  reclaimedBytes,
  isDryRun = false,
}: RemovalsOutcome): readonly string[] {
  const lines: string[] = [];
  for (const section of sections) {
    if (section.lines.length === 0) continue;
    lines.push(isDryRun ? `Would delete ${section.noun}:` : `Deleted ${section.noun}:`);
    for (const line of section.lines) lines.push(safeLine(line));
    lines.push('');
  }
  if (reclaimedBytes !== undefined) {
    const total = isDryRun ? 'Total that would be reclaimed' : 'Total reclaimed space';
    lines.push(`${total}: ${humanSize(reclaimedBytes)}`);
  }
  return lines;
}
