import { isIP } from 'node:net';
import { GantryError } from '../../base/gantry-error.ts';

/** What an administrator decides about registries. */
export interface RegistrySettings {
  /** `host[:port]`, an address or a CIDR block: certificates are not checked there, and plain HTTP will do. */
  readonly insecure: readonly string[];
  /** By the domain of a name (`docker.io`): asked before the registry itself, in this order. */
  readonly mirrors: ReadonlyMap<string, readonly Mirror[]>;
  /** Without a byte for so long a connection counts as broken. */
  readonly idleTimeoutMs: number;
}

/** Another registry that has the same content. */
export interface Mirror {
  /** Host with its port. */
  readonly domain: string;
  /** Before the repository's path there: `hub-proxy`. Empty: nothing. */
  readonly prefix: string;
  /** `http` only where the setting says so. Undefined: as for any registry of that name. */
  readonly scheme: 'http' | 'https' | undefined;
}

export const defaultSettings: RegistrySettings = { insecure: [], mirrors: new Map(), idleTimeoutMs: 60_000 };

const domainPart = '(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])';
const domainSource = `(?:${domainPart}(?:\\.${domainPart})*|\\[[A-Fa-f0-9:]+\\])(?::[0-9]{1,5})?`;
const domainPattern = new RegExp(`^${domainSource}$`);
const mirrorPattern = new RegExp(
  `^(?:(https?)://)?(${domainSource})((?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)/?$`,
);
const longestTimeoutSeconds = 3600;

/** Decodes a `registries.json`. Throws `invalid` / `bad-registry-settings` with the file and the key. */
export function decodeRegistrySettings(text: string, path: string): Partial<RegistrySettings> {
  const settings = parseObject(text, path);
  const result: { -readonly [K in keyof RegistrySettings]?: RegistrySettings[K] } = {};
  for (const [key, value] of Object.entries(settings)) {
    switch (key) {
      case 'insecure-registries':
        result.insecure = strings(value, path, key).map((item, at) =>
          insecureEntry(item, path, `${key}[${at}]`),
        );
        break;
      case 'mirrors':
        result.mirrors = mirrors(value, path);
        break;
      case 'timeout-seconds':
        if (typeof value !== 'number' || !(value > 0) || value > longestTimeoutSeconds)
          throw bad(path, key, `must be a number of seconds, at most ${longestTimeoutSeconds}`);
        result.idleTimeoutMs = Math.ceil(value * 1000);
        break;
      default:
        throw bad(path, key, `is not known; known are insecure-registries, mirrors and timeout-seconds`);
    }
  }
  return result;
}

/** With what `--insecure-registry` adds. Throws {@link GantryError} for what is no host and no block of addresses. */
export function withInsecure(settings: RegistrySettings, more: readonly string[]): RegistrySettings {
  const entries = more.map((entry) => insecureEntry(entry, '--insecure-registry', 'value'));
  return { ...settings, insecure: [...settings.insecure, ...entries] };
}

/** Checks one word of `insecure-registries`; throws {@link GantryError} that names `where`. */
export function insecureEntry(text: string, path: string, where: string): string {
  const [address = '', bits] = text.split('/');
  const version = isIP(address);
  const isBlock =
    bits !== undefined &&
    version !== 0 &&
    /^\d{1,3}$/.test(bits) &&
    Number(bits) <= (version === 4 ? 32 : 128);
  if (isBlock || (bits === undefined && (version !== 0 || domainPattern.test(text)))) return text;
  const hint = /^https?:\/\//.test(text)
    ? 'leave the scheme out'
    : 'is no host[:port] and no block of addresses';
  throw bad(path, where, `${JSON.stringify(text.slice(0, 200))}: ${hint}`);
}

function mirrors(value: unknown, path: string): ReadonlyMap<string, readonly Mirror[]> {
  if (!isObject(value)) throw bad(path, 'mirrors', 'must be an object: {"docker.io": ["mirror.example"]}');
  return new Map(
    Object.entries(value).map(([domain, list]) => {
      const key = `mirrors["${domain.slice(0, 200)}"]`;
      if (!domainPattern.test(domain))
        throw bad(path, key, 'is no host[:port] as names of images begin with');
      return [domain, strings(list, path, key).map((text, at) => mirror(text, path, `${key}[${at}]`))];
    }),
  );
}

function mirror(text: string, path: string, key: string): Mirror {
  const match = mirrorPattern.exec(text.slice(0, 500));
  if (match === null) {
    throw bad(path, key, `${JSON.stringify(text.slice(0, 200))} is no [http[s]://]host[:port][/path]`);
  }
  const [, scheme, domain, prefix] = match;
  return { domain: domain as string, prefix: (prefix ?? '').slice(1), scheme: scheme as Mirror['scheme'] };
}

function strings(value: unknown, path: string, key: string): readonly string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw bad(path, key, 'must be a list of strings');
}

function parseObject(text: string, path: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad(path, undefined, `is not valid JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw bad(path, undefined, 'must hold a JSON object');
  return value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(path: string, key: string | undefined, what: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'bad-registry-settings',
    message: `${path}: ${key === undefined ? '' : `${key} `}${what}`,
    hint: 'Correct it; no registry is asked before.',
    details: { path, key },
  });
}
