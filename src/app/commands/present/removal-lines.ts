import { humanSize } from '../format/human-size.ts';
import type { RemovalsOutcome } from '../outcome.ts';
import { safeLine } from './safe-text.ts';

/** What was removed, as Docker prints it: titled sections with something in them, then the total. */
export function removalLines({ sections, reclaimedBytes }: RemovalsOutcome): readonly string[] {
  const lines: string[] = [];
  for (const section of sections) {
    if (section.lines.length === 0) continue;
    if (section.title !== undefined) lines.push(section.title);
    for (const line of section.lines) lines.push(safeLine(line));
    if (section.title !== undefined) lines.push('');
  }
  if (reclaimedBytes !== undefined) lines.push(`Total reclaimed space: ${humanSize(reclaimedBytes)}`);
  return lines;
}
