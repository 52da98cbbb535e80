import { setTimeout as pause } from 'node:timers/promises';

/** Waits for a condition: resolves with its first truthy answer; rejects, quoting it, after `timeoutMs`. */
export async function until<T>(
  condition: () => T | Promise<T>,
  timeoutMs = 20_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await condition();
    if (answer) return answer as NonNullable<Exclude<T, false>>;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms in vain for ${condition}`);
    await pause(5);
  }
}
