import type { Prompt } from '../view/view-state.ts';

export function openPrompt(kind: Prompt['kind'], text = '', before = text): Prompt {
  return { kind, text, before, recalled: undefined, proposal: undefined };
}

export function promptTyped(prompt: Prompt, text: string): Prompt {
  return text === prompt.text ? prompt : { ...prompt, text, recalled: undefined, proposal: undefined };
}

/** Older (-1) or newer lines of the history that begin with what was written; past the newest, what was written. */
export function promptRecalled(prompt: Prompt, history: readonly string[], by: -1 | 1): Prompt {
  const written = prompt.recalled === undefined ? prompt.text : prompt.before;
  const matching = history.filter((line) => line.startsWith(written));
  const from = prompt.recalled ?? matching.length;
  const index = Math.max(0, Math.min(matching.length, from + by));
  if (matching.length === 0) return prompt;
  const newest = index === matching.length;
  return {
    ...prompt,
    before: written,
    text: newest ? written : (matching[index] ?? ''),
    recalled: newest ? undefined : index,
    proposal: undefined,
  };
}

/** Marks the next proposal, around the ends; the text becomes its line when it is taken. */
export function promptProposed(prompt: Prompt, count: number, by: -1 | 1): Prompt {
  if (count === 0) return prompt;
  const from = prompt.proposal ?? (by === 1 ? -1 : count);
  return { ...prompt, proposal: (from + by + count) % count };
}
