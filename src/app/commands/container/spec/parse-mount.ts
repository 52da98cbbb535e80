import { isAbsolute, normalize, resolve } from 'node:path';
import type { Mount } from '../../../../engine/containers.ts';
import { mountPropagations } from '../../../../engine/mount-propagation.ts';
import { parseBytes } from '../../parse/parse-bytes.ts';
import { parsePairs } from './parse-pairs.ts';
import { checkVolumeName } from './parse-volume.ts';
import { specError } from './spec-error.ts';

/** `--mount type=bind,source=/a,target=/b,readonly`. Throws `invalid` / `bad-mount` in Docker's words. */
export function parseMount(text: string, cwd: string): Mount {
  const fields = parseFields(text);
  const target = fields.get('target') ?? '';
  const type = fields.get('type') ?? 'volume';
  const source = fields.get('source');
  const readOnly = readSwitch(text, fields, 'readonly');
  if (target === '') throw bad(text, 'target is required');
  if (!isAbsolute(target)) throw bad(text, `invalid mount path: '${target}' mount path must be absolute`);
  for (const key of fields.keys()) {
    const [prefix] = key.split('-', 1);
    if (key.includes('-') && prefix !== type)
      throw bad(text, `cannot mix '${key}' with mount type '${type}'`);
  }
  switch (type) {
    case 'bind': {
      if (source === undefined || source === '') throw bad(text, 'source is required for a bind mount');
      const propagation = fields.get('bind-propagation') || undefined;
      if (propagation !== undefined && !mountPropagations.includes(propagation))
        throw bad(text, `invalid propagation mode: ${propagation}`);
      return {
        type: 'bind',
        source: resolve(cwd, source),
        target,
        readOnly,
        createSource: readSwitch(text, fields, 'bind-create-src'),
        ...(isNonRecursive(text, fields, readOnly) && { nonRecursive: true }),
        ...(propagation !== undefined && { propagation }),
      };
    }
    case 'volume': {
      if (source !== undefined && source !== '') checkVolumeName(source);
      return {
        type: 'volume',
        name: source === '' ? undefined : source,
        target,
        readOnly,
        noCopy: readSwitch(text, fields, 'volume-nocopy'),
        ...volumeSubpath(text, fields),
        ...volumeLabels(text, fields),
      };
    }
    case 'tmpfs': {
      if (source !== undefined) throw bad(text, 'cannot use source with a tmpfs mount');
      return { type: 'tmpfs', target, options: tmpfsOptions(text, fields, readOnly) };
    }
    default:
      throw bad(text, `mount type '${type}' is not supported: use bind, volume or tmpfs`);
  }
}

const aliases: ReadonlyMap<string, string> = new Map([
  ['src', 'source'],
  ['dst', 'target'],
  ['destination', 'target'],
  ['ro', 'readonly'],
]);
const known = new Set([
  'type',
  'source',
  'target',
  'readonly',
  'consistency',
  'bind-create-src',
  'bind-nonrecursive',
  'bind-propagation',
  'bind-recursive',
  'volume-driver',
  'volume-label',
  'volume-nocopy',
  'volume-subpath',
  'tmpfs-size',
  'tmpfs-mode',
]);
const switches = new Set(['readonly', 'volume-nocopy', 'bind-nonrecursive', 'bind-create-src']);
/** Known to Docker, and why not here. */
const refused: ReadonlyMap<string, string> = new Map([
  ['volume-opt', 'volumes are plain folders and have no options'],
  ['image-subpath', 'an image cannot be mounted'],
]);

function parseFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of splitFields(text)) {
    const at = part.indexOf('=');
    const word = (at < 0 ? part : part.slice(0, at)).toLowerCase();
    const key = aliases.get(word) ?? word;
    const why = refused.get(key);
    if (why !== undefined) throw bad(text, `'${key}' is not supported: ${why}`);
    if (!known.has(key)) throw bad(text, `unexpected key '${word}' in '${part}'`);
    if (at < 0 && !switches.has(key)) throw bad(text, `invalid field '${part}' must be a key=value pair`);
    const value = at < 0 ? 'true' : part.slice(at + 1);
    const before = key === 'volume-label' ? fields.get(key) : undefined;
    fields.set(key, before === undefined ? value : `${before}\n${value}`);
  }
  return fields;
}

/** Comma-separated values: a field in double quotes may hold commas, and quotes as pairs. */
function splitFields(text: string): readonly string[] {
  const fields: string[] = [];
  const pattern = /(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g;
  for (const [, quoted, plain] of text.matchAll(pattern)) {
    fields.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
  }
  return fields;
}

function isNonRecursive(text: string, fields: ReadonlyMap<string, string>, readOnly: boolean): boolean {
  const recursive = fields.get('bind-recursive') ?? 'enabled';
  switch (recursive) {
    case 'enabled':
      return readSwitch(text, fields, 'bind-nonrecursive');
    case 'disabled':
      return true;
    case 'readonly':
      if (!readOnly) throw bad(text, "option 'bind-recursive=readonly' requires 'readonly'");
      return false;
    default:
      throw bad(
        text,
        `invalid value for bind-recursive: ${recursive}: use enabled, disabled or readonly (mounts below a read-only one are read-only here)`,
      );
  }
}

function volumeSubpath(text: string, fields: ReadonlyMap<string, string>): { readonly subpath?: string } {
  const subpath = fields.get('volume-subpath');
  if (subpath === undefined || subpath === '') return {};
  if (isAbsolute(subpath) || subpath.includes('\0') || normalize(subpath).split('/')[0] === '..')
    throw bad(text, `volume-subpath must be a relative path within the volume: ${subpath}`);
  return { subpath: normalize(subpath) };
}

function volumeLabels(
  text: string,
  fields: ReadonlyMap<string, string>,
): { readonly labels?: Readonly<Record<string, string>> } {
  const driver = fields.get('volume-driver') ?? 'local';
  if (driver !== 'local') throw bad(text, `error looking up volume plugin ${driver}: volumes are local here`);
  const labels = fields.get('volume-label');
  return labels === undefined ? {} : { labels: parsePairs(labels.split('\n')) };
}

function readSwitch(text: string, fields: ReadonlyMap<string, string>, key: string): boolean {
  const value = fields.get(key) ?? 'false';
  if (/^(?:1|t|true)$/i.test(value)) return true;
  if (/^(?:0|f|false)$/i.test(value)) return false;
  throw bad(text, `invalid value for ${key}: ${value}`);
}

function tmpfsOptions(text: string, fields: ReadonlyMap<string, string>, readOnly: boolean): string {
  const options = [readOnly ? 'ro' : 'rw'];
  const size = fields.get('tmpfs-size');
  if (size !== undefined) {
    const sizeBytes = parseBytes(size);
    if (sizeBytes === undefined || sizeBytes < 0) throw bad(text, `invalid value for tmpfs-size: ${size}`);
    options.push(`size=${sizeBytes}`);
  }
  const mode = fields.get('tmpfs-mode');
  if (mode !== undefined) {
    if (!/^[0-7]{1,5}$/.test(mode)) throw bad(text, `invalid value for tmpfs-mode: ${mode}`);
    options.push(`mode=${mode}`);
  }
  return options.join(',');
}

function bad(text: string, why: string): Error {
  return specError('bad-mount', `invalid argument ${JSON.stringify(text)} for "--mount" flag: ${why}`);
}
