import type { RestartPolicy } from '../../engine/containers.ts';

const firstDelayMs = 100;
const longestDelayMs = 60_000;
/** Who was up this long has proven itself: the next delay is the first again. */
const provenMs = 10_000;

export interface EndedRun {
  readonly policy: RestartPolicy | undefined;
  readonly exitCode: number;
  readonly stoppedByHand: boolean;
  /** Restarts so far. */
  readonly restartCount: number;
  readonly upMs: number;
  /** What was waited before the run that ended now; 0: it was started by hand. */
  readonly lastDelayMs: number;
}

/**
 * Whether the policy brings the container back, and after how many milliseconds: 100, doubling up to a minute, from
 * the start again after ten seconds up (moby `restartmanager`).
 */
export function restartDelayMs(ended: EndedRun): number | undefined {
  if (!wantsRestart(ended)) return undefined;
  if (ended.lastDelayMs === 0 || ended.upMs >= provenMs) return firstDelayMs;
  return Math.min(ended.lastDelayMs * 2, longestDelayMs);
}

function wantsRestart({ policy, exitCode, stoppedByHand, restartCount }: EndedRun): boolean {
  if (stoppedByHand || policy === undefined) return false;
  switch (policy.name) {
    case 'no':
      return false;
    case 'always':
    case 'unless-stopped':
      return true;
    case 'on-failure':
      return exitCode !== 0 && (policy.maximumRetries === 0 || restartCount < policy.maximumRetries);
  }
}
