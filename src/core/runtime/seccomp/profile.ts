/** Names of native architectures as Docker's profiles use them (Go's). */
export type SeccompArch = 'amd64' | 'arm64' | 'riscv64';

export type SeccompAction =
  | 'SCMP_ACT_ALLOW'
  | 'SCMP_ACT_ERRNO'
  | 'SCMP_ACT_KILL'
  | 'SCMP_ACT_KILL_PROCESS'
  | 'SCMP_ACT_KILL_THREAD'
  | 'SCMP_ACT_LOG'
  | 'SCMP_ACT_TRACE'
  | 'SCMP_ACT_TRAP';

/** A test of one argument. `value` is unsigned; with `SCMP_CMP_MASKED_EQ` it is the mask and `valueTwo` the datum. */
export interface SeccompArg {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op:
    | 'SCMP_CMP_NE'
    | 'SCMP_CMP_LT'
    | 'SCMP_CMP_LE'
    | 'SCMP_CMP_EQ'
    | 'SCMP_CMP_GE'
    | 'SCMP_CMP_GT'
    | 'SCMP_CMP_MASKED_EQ';
}

/** When a rule counts. All that is given must hold; an empty condition holds always. */
export interface SeccompCondition {
  /** Includes: all of them granted. Excludes: any of them granted. */
  readonly caps?: readonly string[];
  /** Any of them is the native architecture. */
  readonly arches?: readonly string[];
  /** `4.8`: this kernel or a newer one. */
  readonly minKernel?: string;
}

export interface SeccompRule {
  readonly names: readonly string[];
  readonly action: SeccompAction;
  readonly errnoRet?: number;
  readonly args?: readonly SeccompArg[];
  readonly includes?: SeccompCondition;
  readonly excludes?: SeccompCondition;
}

/**
 * A system call filter before it is fitted to one container: the shape of Docker's `--security-opt seccomp=FILE`,
 * which adds conditions to that of the OCI runtime specification.
 */
export interface SeccompProfile {
  readonly defaultAction: SeccompAction;
  readonly defaultErrnoRet?: number;
  readonly archMap: readonly {
    readonly architecture: string;
    readonly subArchitectures: readonly string[] | null;
  }[];
  readonly syscalls: readonly SeccompRule[];
}

/** The `linux.seccomp` section of a runtime specification (config-linux.md, "Seccomp"). */
export interface SeccompSection {
  readonly defaultAction: SeccompAction;
  readonly defaultErrnoRet?: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly {
    readonly names: readonly string[];
    readonly action: SeccompAction;
    readonly errnoRet?: number;
    readonly args?: readonly SeccompArg[];
  }[];
}
