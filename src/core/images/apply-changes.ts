import { GantryError } from '../../base/gantry-error.ts';
import type { ContainerConfig } from '../../oci/image-config.ts';

/**
 * Several of them in order. As in a Dockerfile, a new entrypoint is not meant to get the words of a command that was
 * there before, but those of a CMD beside it, wherever that stands. Throws `invalid` / `bad-change`.
 */
export function applyChanges(config: ContainerConfig, changes: readonly string[]): ContainerConfig {
  const changed = changes.reduce(applyChange, config);
  const has = (name: string): boolean => changes.some((change) => instructionOf(change) === name);
  if (!has('ENTRYPOINT') || has('CMD')) return changed;
  const { Cmd: _, ...withoutCommand } = changed;
  return withoutCommand;
}

/**
 * What `commit --change` and `import --change` take: one Dockerfile instruction of CMD, ENTRYPOINT, ENV, EXPOSE,
 * LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME and WORKDIR, applied to a configuration. `env` and `label` take
 * `KEY=VALUE` pairs with shell quotes, or one `KEY VALUE`. Throws `invalid` / `bad-change`.
 */
function applyChange(config: ContainerConfig, change: string): ContainerConfig {
  const match = /^\s*([A-Za-z]+)(?:\s+([\s\S]*?))?\s*$/.exec(change);
  const name = instructionOf(change);
  const rest = match?.[2] ?? '';
  const apply = Object.hasOwn(instructions, name) ? instructions[name] : undefined;
  if (apply === undefined) throw bad(`${(match?.[1] ?? change).slice(0, 60)} is not a valid change command`);
  if (rest === '') throw bad(`${name} requires at least one argument`);
  return apply(config, rest);
}

function instructionOf(change: string): string {
  return /^\s*([A-Za-z]+)(?:\s|$)/.exec(change)?.[1]?.toUpperCase() ?? '';
}

const instructions: Readonly<Record<string, (config: ContainerConfig, rest: string) => ContainerConfig>> = {
  CMD: (config, rest) => ({ ...config, Cmd: command(config, rest) }),
  ENTRYPOINT: (config, rest) => ({ ...config, Entrypoint: command(config, rest) }),
  ENV: (config, rest) => ({ ...config, Env: mergeEnv(config.Env ?? [], pairs('ENV', rest)) }),
  EXPOSE: (config, rest) => ({
    ...config,
    ExposedPorts: { ...config.ExposedPorts, ...setOf(rest.split(/\s+/).flatMap(ports)) },
  }),
  LABEL: (config, rest) => ({
    ...config,
    Labels: { ...config.Labels, ...Object.fromEntries(pairs('LABEL', rest)) },
  }),
  ONBUILD: (config, rest) => {
    const trigger = rest.split(/\s/, 1)[0]?.toUpperCase() ?? '';
    if (trigger === 'ONBUILD') throw bad("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
    if (trigger === 'FROM' || trigger === 'MAINTAINER')
      throw bad(`${trigger} isn't allowed as an ONBUILD trigger`);
    return { ...config, OnBuild: [...(config.OnBuild ?? []), rest] };
  },
  STOPSIGNAL: (config, rest) => ({ ...config, StopSignal: one('STOPSIGNAL', rest) }),
  USER: (config, rest) => ({ ...config, User: one('USER', rest) }),
  VOLUME: (config, rest) => ({
    ...config,
    Volumes: { ...config.Volumes, ...setOf(execForm(rest) ?? rest.split(/\s+/)) },
  }),
  WORKDIR: (config, rest) => ({ ...config, WorkingDir: joinPath(config.WorkingDir ?? '/', rest) }),
};

/** JSON makes it the argv, anything else a line for the image's shell. */
function command(config: ContainerConfig, rest: string): readonly string[] {
  return execForm(rest) ?? [...(config.Shell ?? ['/bin/sh', '-c']), rest];
}

function execForm(rest: string): readonly string[] | undefined {
  if (!rest.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(rest);
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : undefined;
  } catch {
    return undefined;
  }
}

function pairs(name: string, rest: string): readonly (readonly [string, string])[] {
  const words = splitWords(rest);
  if (!(words[0] ?? '').includes('=')) {
    const blank = rest.search(/\s/);
    if (blank === -1) throw bad(`${name} must have two arguments`);
    return [[rest.slice(0, blank), rest.slice(blank).trim()]];
  }
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals === -1)
      throw bad(`Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`);
    if (equals === 0) throw bad(`${name} names can not be blank`);
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
}

/** Words between blanks; quotes hold words together and go, a backslash takes the next character as it is. */
function splitWords(text: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] as string;
    if (letter === '\\' && quote !== "'" && at + 1 < text.length) {
      at += 1;
      word = (word ?? '') + text[at];
    } else if (quote !== '') {
      if (letter === quote) quote = '';
      else word = (word ?? '') + letter;
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + letter;
    }
  }
  if (quote !== '') throw bad('a quote is not closed');
  return word === undefined ? words : [...words, word];
}

function mergeEnv(env: readonly string[], added: readonly (readonly [string, string])[]): readonly string[] {
  const result = new Map(env.map((item) => [item.split('=', 1)[0] as string, item]));
  for (const [key, value] of added) result.set(key, `${key}=${value}`);
  return [...result.values()];
}

/** `80`, `80/udp`, `8000-8002` → `80/tcp`, … */
function ports(text: string): readonly string[] {
  const match = /^([0-9]{1,5})(?:-([0-9]{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (match === null || first < 1 || last > 65_535 || last < first)
    throw bad(`invalid containerPort: ${text}`);
  const protocol = match[3]?.toLowerCase() ?? 'tcp';
  return Array.from({ length: last - first + 1 }, (_, at) => `${first + at}/${protocol}`);
}

function setOf(names: readonly string[]): Record<string, Record<string, never>> {
  if (names.includes('')) throw bad('VOLUME specified can not be an empty string');
  return Object.fromEntries(names.map((name) => [name, {}]));
}

function one(name: string, rest: string): string {
  if (/\s/.test(rest)) throw bad(`${name} requires exactly one argument`);
  return rest;
}

function joinPath(base: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${base}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function bad(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-change', message });
}
