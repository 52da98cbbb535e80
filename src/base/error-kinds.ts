/** What every kind of error means outside: to the shell, to an Engine API client, to a retry loop, to the screen. */
export interface ErrorKindTraits {
  /** Exit status of a command that fails with it (commands that start a container map to 125 to 127 instead). */
  readonly exitCode: number;
  /** HTTP status the Docker Engine API uses for it. */
  readonly httpStatus: number;
  /** Whether the same call may succeed later without the caller changing anything. */
  readonly retryable: boolean;
  /** How a surface shows it. */
  readonly tone: 'error' | 'warning' | 'muted';
}

/** The closed table of error kinds. A new kind needs a row here and nothing else. */
export const errorKinds = {
  /** The words of the command line are off: unknown option, missing argument. */
  usage: { exitCode: 125, httpStatus: 400, retryable: false, tone: 'error' },
  /** A value is not valid: reference, Dockerfile, port, template. */
  invalid: { exitCode: 1, httpStatus: 400, retryable: false, tone: 'error' },
  'not-found': { exitCode: 1, httpStatus: 404, retryable: false, tone: 'error' },
  conflict: { exitCode: 1, httpStatus: 409, retryable: false, tone: 'error' },
  /** The registry or engine refused our credentials, or wants some. */
  denied: { exitCode: 1, httpStatus: 403, retryable: false, tone: 'error' },
  /** The machine lacks something: root, an OCI runtime, overlayfs. The hint says how to get it. */
  unavailable: { exitCode: 1, httpStatus: 503, retryable: false, tone: 'error' },
  /** This engine cannot do it; the capability table says so beforehand. */
  unsupported: { exitCode: 1, httpStatus: 501, retryable: false, tone: 'warning' },
  network: { exitCode: 1, httpStatus: 502, retryable: true, tone: 'error' },
  timeout: { exitCode: 1, httpStatus: 504, retryable: true, tone: 'error' },
  /** Bytes do not match their digest, a record does not decode, a limit meant for hostile input was hit. */
  corrupt: { exitCode: 1, httpStatus: 500, retryable: false, tone: 'error' },
  /** A process we ran for the user ended with a status of its own: a RUN step (`details.status`), a hook (`details.exitCode`). */
  failed: { exitCode: 1, httpStatus: 500, retryable: false, tone: 'error' },
  /** The container could not be started: `details.exitCode` is 125, 126, 127 or 128 as Docker gives it. */
  start: { exitCode: 125, httpStatus: 400, retryable: false, tone: 'error' },
  cancelled: { exitCode: 130, httpStatus: 499, retryable: false, tone: 'muted' },
  /** The disk or the kernel refused (`ENOSPC`, `EIO`). */
  io: { exitCode: 1, httpStatus: 500, retryable: false, tone: 'error' },
  /** A fault of ours. */
  internal: { exitCode: 1, httpStatus: 500, retryable: false, tone: 'error' },
} as const satisfies Record<string, ErrorKindTraits>;

export type ErrorKind = keyof typeof errorKinds;
