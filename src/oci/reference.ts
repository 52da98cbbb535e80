import { GantryError } from '../base/gantry-error.ts';
import { type Digest, isDigest } from './digest.ts';

/** A parsed image name. `domain` and `path` are never empty: `web` is `docker.io` and `library/web`. */
export interface Reference {
  /** Host with its port: `docker.io`, `127.0.0.1:5000`, `[::1]:5000`. */
  readonly domain: string;
  /** Repository on that host: `library/web`. */
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

const defaultDomain = 'docker.io';
const officialPrefix = 'library/';
const longestName = 255;

const domainPart = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domain = `(?:${domainPart}(?:\\.${domainPart})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
const pathPart = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const whole = new RegExp(
  `^(?<name>${domain}/${pathPart}(?:/${pathPart})*)` +
    `(?::(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?` +
    `(?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?$`,
);
/** Longer input cannot be valid: name, tag and digest have bounds. Checked before any expression runs. */
const longestReference = longestName + 1 + 128 + 1 + 256;

/**
 * Parses what a user types as Docker does (distribution/reference `ParseNormalizedNamed`): a first component
 * without dot, colon or capitals, other than `localhost`, is a path on docker.io. Throws `invalid` /
 * `bad-reference` in Docker's words.
 */
export function parseReference(text: string): Reference {
  if (text === '')
    throw bad('invalid reference format', text, 'A name is missing: what stands there is empty.');
  if (text.length > longestReference) throw bad('invalid reference format', text, notOfTheForm(text));
  if (/^[a-f0-9]{64}$/.test(text)) {
    throw bad(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`, text);
  }
  const split = splitDomain(text);
  const remote = split.rest.split(':', 1)[0] as string;
  if (remote !== remote.toLowerCase()) {
    const typed = text.includes(remote) ? remote : remote.slice(officialPrefix.length);
    throw bad(
      'invalid reference format: repository name must be lowercase',
      text,
      `Write ${typed.toLowerCase()} instead of ${typed}.`,
    );
  }
  const groups = whole.exec(`${split.domain}/${split.rest}`)?.groups;
  const name = groups?.['name'];
  if (name === undefined) throw bad('invalid reference format', text, notOfTheForm(text));
  if (name.length > longestName) {
    throw bad(`repository name must not be more than ${longestName} characters`, text);
  }
  const digest = groups?.['digest'];
  if (digest !== undefined && !isDigest(digest)) {
    const known = digest.startsWith('sha256:') || digest.startsWith('sha512:');
    throw bad(
      known ? 'invalid reference format: invalid checksum digest length' : 'unsupported digest algorithm',
      text,
    );
  }
  return {
    domain: split.domain,
    path: name.slice(split.domain.length + 1),
    tag: groups?.['tag'],
    digest: digest as Digest | undefined,
  };
}

/** `docker.io/library/web` */
export function repositoryName(reference: Reference): string {
  return `${reference.domain}/${reference.path}`;
}

/** The full form, as records keep it: `docker.io/library/web:1`, with the digest where there is one. */
export function canonicalReference(reference: Reference): string {
  return repositoryName(reference) + suffix(reference);
}

/** As people write it: `web:1`, `alice/web:1`, `127.0.0.1:5000/web:1`. */
export function familiarReference(reference: Reference): string {
  return familiarName(reference) + suffix(reference);
}

/** The familiar form without tag and digest: the REPOSITORY column. */
export function familiarName(reference: Reference): string {
  if (reference.domain !== defaultDomain) return repositoryName(reference);
  const { path } = reference;
  const official = path.startsWith(officialPrefix) ? path.slice(officialPrefix.length) : path;
  const means = (text: string): boolean => {
    const split = splitDomain(text);
    return split.domain === defaultDomain && split.rest === path;
  };
  return [official, path].find(means) ?? repositoryName(reference);
}

/** Repository and tag of a name that is known to be one, without parsing it. */
export function splitName(name: string): { readonly repository: string; readonly tag: string | undefined } {
  const at = name.indexOf('@');
  const tagged = at === -1 ? name : name.slice(0, at);
  const colon = tagged.lastIndexOf(':');
  if (colon <= tagged.lastIndexOf('/')) return { repository: tagged, tag: undefined };
  return { repository: tagged.slice(0, colon), tag: tagged.slice(colon + 1) };
}

/** `:latest` where neither a tag nor a digest is given. */
export function withDefaultTag(reference: Reference): Reference {
  if (reference.tag !== undefined || reference.digest !== undefined) return reference;
  return { ...reference, tag: 'latest' };
}

/** Parses, adds the default tag and formats: what records are keyed by. */
export function canonicalize(text: string): string {
  return canonicalReference(withDefaultTag(parseReference(text)));
}

function suffix(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  return reference.digest === undefined ? tag : `${tag}@${reference.digest}`;
}

function splitDomain(text: string): { readonly domain: string; readonly rest: string } {
  const slash = text.indexOf('/');
  const first = text.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  const domain = slash === -1 || !isHost ? defaultDomain : first;
  const rest = slash === -1 || !isHost ? text : text.slice(slash + 1);
  if (domain !== defaultDomain && domain !== 'index.docker.io') return { domain, rest };
  return { domain: defaultDomain, rest: rest.includes('/') ? rest : officialPrefix + rest };
}

function notOfTheForm(text: string): string {
  const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
  return `"${shown}" is not of the form [HOST[:PORT]/]NAME[:TAG][@DIGEST].`;
}

function bad(message: string, reference: string, hint?: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-reference',
    message,
    hint,
    details: { reference: reference.slice(0, longestReference) },
  });
}
