import type { HealthcheckConfig } from '../../../../oci/image-config.ts';
import { specError } from './spec-error.ts';

interface HealthOptions {
  readonly healthCmd: string | undefined;
  readonly healthInterval: number | undefined;
  readonly healthTimeout: number | undefined;
  readonly healthStartPeriod: number | undefined;
  readonly healthStartInterval: number | undefined;
  readonly healthRetries: number | undefined;
  readonly noHealthcheck: boolean;
}

const leastNs = 1_000_000;

/** `--health-*` and `--no-healthcheck`. Undefined: as the image has it. Durations in nanoseconds. */
export function parseHealth(options: HealthOptions): HealthcheckConfig | undefined {
  const durations = {
    Interval: options.healthInterval,
    Timeout: options.healthTimeout,
    StartPeriod: options.healthStartPeriod,
    StartInterval: options.healthStartInterval,
  };
  const given = [options.healthCmd, options.healthRetries, ...Object.values(durations)];
  const some = given.some((value) => value !== undefined);
  if (options.noHealthcheck) {
    if (some) throw bad('--no-healthcheck conflicts with --health-* options');
    return { Test: ['NONE'] };
  }
  if (!some) return undefined;
  const config: Record<string, unknown> = {};
  for (const [name, valueNs] of Object.entries(durations)) {
    if (valueNs === undefined) continue;
    const option = `--health-${name.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}`;
    if (valueNs < 0) throw bad(`${option} cannot be negative`);
    if (valueNs !== 0 && valueNs < leastNs) throw bad(`${option} cannot be less than 1ms`);
    config[name] = valueNs;
  }
  if (options.healthRetries !== undefined) {
    if (options.healthRetries < 0) throw bad('--health-retries cannot be negative');
    config['Retries'] = options.healthRetries;
  }
  if (options.healthCmd !== undefined) config['Test'] = ['CMD-SHELL', options.healthCmd];
  return config as HealthcheckConfig;
}

function bad(message: string): Error {
  return specError('bad-healthcheck', message);
}
