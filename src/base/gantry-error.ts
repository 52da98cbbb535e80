import { type ErrorKind, errorKinds } from './error-kinds.ts';
import { noSpaceHint } from './no-space.ts';

export interface GantryErrorInit {
  readonly kind: ErrorKind;
  /** Stable, kebab-case, for scripts and tests: `image-not-found`, `port-in-use`. */
  readonly code: string;
  /** One clear sentence with the offending value. Docker's own words where scripts match on them. */
  readonly message: string;
  /** What to do about it: one sentence. */
  readonly hint?: string | undefined;
  /** Plain serialisable facts: `{ exitCode: 7 }`, `{ path: '/x', line: 3 }`. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** The one error class of gantry. Everything thrown on purpose is one of these. */
export class GantryError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(init: GantryErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = 'GantryError';
    this.kind = init.kind;
    this.code = init.code;
    this.hint = init.hint;
    this.details = init.details ?? {};
  }

  /** The exit status a command ends with: the container's or step's own where there is one. */
  get exitCode(): number {
    const own = this.details['exitCode'];
    return typeof own === 'number' ? own : errorKinds[this.kind].exitCode;
  }

  /** The same failure, told otherwise: by other words, with a hint, with further details. */
  with(change: Partial<Pick<GantryErrorInit, 'message' | 'hint' | 'details'>>): GantryError {
    const { kind, code, message, hint, details, cause } = this;
    return new GantryError({
      ...{ kind, code, message, hint, cause },
      ...change,
      details: { ...details, ...change.details },
    });
  }

  /**
   * Makes any thrown value a GantryError: itself, an abort as `cancelled`, a system error as `io`, else `internal`. Of
   * an error that met another on its way out, the first.
   */
  static from(value: unknown): GantryError {
    if (value instanceof GantryError) return value;
    if (value instanceof SuppressedError) return GantryError.from(value.suppressed);
    if (value instanceof Error && (value.name === 'AbortError' || 'code' in value)) {
      const code = String((value as NodeJS.ErrnoException).code ?? value.name);
      if (value.name === 'AbortError' || code === 'ABORT_ERR') {
        return new GantryError({ kind: 'cancelled', code: 'cancelled', message: 'cancelled', cause: value });
      }
      const kind = /^E[A-Z0-9]+$/.test(code) ? 'io' : 'internal';
      return new GantryError({
        kind,
        code: code.toLowerCase(),
        message: value.message,
        hint: code === 'ENOSPC' || code === 'EDQUOT' ? noSpaceHint : undefined,
        cause: value,
      });
    }
    const message = value instanceof Error ? value.message : String(value);
    return new GantryError({ kind: 'internal', code: 'internal', message, cause: value });
  }
}
