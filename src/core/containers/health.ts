import type { HealthcheckConfig } from '../../oci/image-config.ts';
import type { HealthRecord } from './container-record.ts';

/** Docker's defaults, in milliseconds. */
const defaults = {
  intervalMs: 30_000,
  timeoutMs: 30_000,
  startPeriodMs: 0,
  startIntervalMs: 5000,
  retries: 3,
};

/** A health check with nothing left to guess. */
export interface HealthPlan {
  /** `['CMD', …argv]` or `['CMD-SHELL', command]`. */
  readonly test: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** After the start: failures do not count yet. */
  readonly startPeriodMs: number;
  /** Between checks until then. */
  readonly startIntervalMs: number;
  /** Failures in a row that make it unhealthy. */
  readonly retries: number;
}

/** Undefined when there is none: not configured, `NONE`, or empty. */
export function healthPlan(config: HealthcheckConfig | undefined): HealthPlan | undefined {
  const [kind, ...words] = config?.Test ?? [];
  if (config === undefined || (kind !== 'CMD' && kind !== 'CMD-SHELL') || words.length === 0)
    return undefined;
  const milliseconds = (nanoseconds: number | undefined, otherwise: number): number =>
    nanoseconds ? nanoseconds / 1e6 : otherwise;
  return {
    test: [kind, ...words],
    intervalMs: milliseconds(config.Interval, defaults.intervalMs),
    timeoutMs: milliseconds(config.Timeout, defaults.timeoutMs),
    startPeriodMs: milliseconds(config.StartPeriod, defaults.startPeriodMs),
    startIntervalMs: milliseconds(config.StartInterval, defaults.startIntervalMs),
    retries: config.Retries || defaults.retries,
  };
}

/** The state after one check (moby `daemon/health.go`). `upMs`: how long the container runs. */
export function nextHealth(
  health: HealthRecord,
  passed: boolean,
  plan: HealthPlan,
  upMs: number,
): Pick<HealthRecord, 'status' | 'failingStreak'> {
  if (passed) return { status: 'healthy', failingStreak: 0 };
  if (health.status === 'starting' && upMs < plan.startPeriodMs) {
    return { status: 'starting', failingStreak: health.failingStreak };
  }
  const failingStreak = health.failingStreak + 1;
  return { status: failingStreak >= plan.retries ? 'unhealthy' : health.status, failingStreak };
}

/** How long to wait for the next check. */
export function nextCheckMs(status: HealthRecord['status'], plan: HealthPlan, upMs: number): number {
  return status === 'starting' && upMs < plan.startPeriodMs ? plan.startIntervalMs : plan.intervalMs;
}
