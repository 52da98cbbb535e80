import { GantryError, type GantryErrorInit } from './gantry-error.ts';

/** An error as a message between threads: a GantryError loses its class there. */
export type ThreadError = Required<Pick<GantryErrorInit, 'kind' | 'code' | 'message' | 'hint' | 'details'>>;

export function toThreadError(error: unknown): ThreadError {
  const { kind, code, message, hint, details } = GantryError.from(error);
  return { kind, code, message, hint, details };
}

export function fromThreadError(error: ThreadError): GantryError {
  return new GantryError(error);
}
