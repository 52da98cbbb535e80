import { posix } from 'node:path';
import { GantryError } from '../../../base/gantry-error.ts';
import type { ContainerSpec } from '../../../engine/containers.ts';
import type { ContainerConfig } from '../../../oci/image-config.ts';
import { overlayEnvironment } from './environment.ts';

/** What is to run, from the image and the request together; before anything of the container's files is known. */
export interface ProcessConfig {
  /** Never empty. */
  readonly args: readonly string[];
  /** The image's and the user's; PATH, HOSTNAME, TERM and HOME come when it starts. */
  readonly env: readonly string[];
  /** `user[:group]`, names or numbers; empty: root. */
  readonly user: string;
  /** Absolute and clean. */
  readonly cwd: string;
}

export interface ContainerProcessConfig extends ProcessConfig {
  /** How many of `args` are the entrypoint; the rest is the command. */
  readonly entrypointCount: number;
}

/**
 * Docker's rules: an entrypoint given drops the image's command (an empty one drops both), a command given replaces
 * the image's, variables given win.
 * @throws GantryError `invalid` / `no-command`, `working-dir`
 */
export function processConfig(
  spec: ContainerSpec,
  image: ContainerConfig | undefined,
): ContainerProcessConfig {
  const entrypoint = spec.entrypoint ?? image?.Entrypoint ?? [];
  const command = spec.command ?? (spec.entrypoint === undefined ? (image?.Cmd ?? []) : []);
  const args = [...entrypoint, ...command];
  if (args.length === 0) {
    throw new GantryError({
      kind: 'invalid',
      code: 'no-command',
      message: 'no command specified',
      hint: 'The image names no command; give one after the image.',
    });
  }
  return {
    args,
    entrypointCount: entrypoint.length,
    env: overlayEnvironment(image?.Env ?? [], spec.env ?? []),
    user: spec.user ?? image?.User ?? '',
    cwd: workingDirectory(spec.workingDir || image?.WorkingDir || '/'),
  };
}

/** @throws GantryError `invalid` / `working-dir` unless it is absolute. */
export function workingDirectory(given: string): string {
  if (!posix.isAbsolute(given) || given.includes('\0')) {
    throw new GantryError({
      kind: 'invalid',
      code: 'working-dir',
      message: `the working directory '${given}' is invalid, it needs to be an absolute path`,
    });
  }
  const clean = posix.normalize(given);
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}
