/** The part of the OCI runtime specification (config.md, config-linux.md) that gantry writes. Field names are the format's. */
export interface RuntimeSpec {
  readonly ociVersion: string;
  readonly hostname?: string;
  readonly domainname?: string;
  readonly process: RuntimeProcess;
  readonly root: { readonly path: string; readonly readonly: boolean };
  readonly mounts: readonly RuntimeMount[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly linux: RuntimeLinux;
}

export interface RuntimeProcess {
  readonly terminal: boolean;
  readonly consoleSize?: { readonly height: number; readonly width: number };
  readonly user: {
    readonly uid: number;
    readonly gid: number;
    readonly additionalGids?: readonly number[];
    readonly umask?: number;
  };
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly capabilities: {
    readonly bounding: readonly string[];
    readonly effective: readonly string[];
    readonly permitted: readonly string[];
    readonly inheritable: readonly string[];
    readonly ambient: readonly string[];
  };
  readonly rlimits?: readonly { readonly type: string; readonly hard: number; readonly soft: number }[];
  readonly noNewPrivileges: boolean;
  readonly apparmorProfile?: string;
  readonly oomScoreAdj?: number;
}

export interface RuntimeMount {
  readonly destination: string;
  readonly type?: string;
  readonly source?: string;
  readonly options?: readonly string[];
}

export interface RuntimeDevice {
  /** Inside. */
  readonly path: string;
  readonly type: 'c' | 'b' | 'p';
  readonly major: number;
  readonly minor: number;
  readonly fileMode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface RuntimeLinux {
  readonly namespaces: readonly { readonly type: string; readonly path?: string }[];
  readonly devices?: readonly RuntimeDevice[];
  readonly cgroupsPath?: string;
  readonly resources?: Readonly<Record<string, unknown>>;
  readonly seccomp?: Readonly<Record<string, unknown>>;
  readonly maskedPaths?: readonly string[];
  readonly readonlyPaths?: readonly string[];
  readonly sysctl?: Readonly<Record<string, string>>;
  readonly rootfsPropagation?: string;
}
