import type { ContainerSpec, Resources } from '../../engine/containers.ts';
import type { ResolvedMount } from './spec/mounts.ts';
import type { ProcessConfig } from './spec/process-config.ts';

/** What the specification of a container is made from. See `processConfig` for `process`. */
export interface ContainerSpecRequest {
  readonly id: string;
  readonly spec: ContainerSpec;
  readonly process: ProcessConfig;
  /** What it calls itself, that of the host included. */
  readonly hostname: string;
  readonly network: 'own' | 'host' | 'joined';
  readonly joins?: JoinedNamespaces | undefined;
  /** Volumes as binds of their folder, tmpfs, and the engine's own files (hosts, resolv.conf, hostname). */
  readonly mounts: readonly ResolvedMount[];
}

/** Processes, in our PID namespace, whose namespaces it is to be in. */
export interface JoinedNamespaces {
  readonly pid?: number | undefined;
  /** With its /dev/shm, which the launch brings over. */
  readonly ipc?: number | undefined;
}

/** What the specification of a RUN step is made from. */
export interface StepSpecRequest {
  readonly id: string;
  /** With ENV and ARG; PATH and HOME are added where missing. */
  readonly process: ProcessConfig;
  readonly hostname: string;
  readonly network: 'own' | 'host';
  readonly mounts: readonly ResolvedMount[];
  readonly resources?: Resources | undefined;
  readonly tty?: boolean | undefined;
  readonly privileged?: boolean | undefined;
}
