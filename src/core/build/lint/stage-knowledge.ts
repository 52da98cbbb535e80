import type { ContainerConfig } from '../../../oci/image-config.ts';

/** What the checks know of a stage between two of its instructions. */
export interface StageKnowledge {
  /** ENV, and ARGs that have a value. */
  readonly variables: ReadonlyMap<string, string>;
  /** ARGs without one. */
  readonly declared: ReadonlySet<string>;
  /** Its shell is not the usual one: who writes a command as text means that shell. */
  readonly hasShell: boolean;
  /** This file has said where it works. */
  readonly hasWorkdir: boolean;
  /** Nobody knows what the base image sets. */
  readonly isUncertain: boolean;
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Of a stage that stands on an image with this config; undefined: the image could not be asked. */
export function knowledgeOf(config: ContainerConfig | undefined): StageKnowledge {
  const variables = new Map([['PATH', defaultPath]]);
  for (const entry of config?.Env ?? []) {
    const equals = entry.indexOf('=');
    if (equals > 0) variables.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  return {
    variables,
    declared: new Set(),
    hasShell: (config?.Shell?.length ?? 0) > 0,
    hasWorkdir: false,
    isUncertain: config === undefined,
  };
}
