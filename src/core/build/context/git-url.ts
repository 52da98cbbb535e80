import { splitLogin } from './url-login.ts';

/** A git repository and what of it is meant: `URL#REF:FOLDER`. */
export interface GitUrl {
  /** May be shown and kept: the login of an HTTP address is not in it. */
  readonly remote: string;
  /** `USER:PASSWORD` that stood in the address. */
  readonly login?: string | undefined;
  /** Branch, tag or commit; undefined: what HEAD means there. */
  readonly ref: string | undefined;
  readonly folder: string;
}

/**
 * Whether Docker takes a context's name for a git repository: by its scheme, by `git@`, by `github.com/`, or an HTTP
 * address that ends with `.git`.
 */
export function isGitUrl(text: string): boolean {
  return (
    /^(?:git|ssh):\/\/|^git@[\w.-]+:|^github\.com\//.test(text) ||
    /^(?:https?|file):\/\/[^#]*\.git(?:#.*)?$/.test(text)
  );
}

/** Undefined: a reference that git would take for an option. */
export function parseGitUrl(text: string): GitUrl | undefined {
  const hash = text.indexOf('#');
  const address = hash < 0 ? text : text.slice(0, hash);
  const fragment = hash < 0 ? '' : text.slice(hash + 1);
  const colon = fragment.indexOf(':');
  const ref = colon < 0 ? fragment : fragment.slice(0, colon);
  if (ref.startsWith('-')) return undefined;
  const { url: remote, login } = splitLogin(
    address.startsWith('github.com/') ? `https://${address}` : address,
  );
  return {
    remote,
    login,
    ref: ref === '' ? undefined : ref,
    folder: colon < 0 ? '' : fragment.slice(colon + 1),
  };
}
