import { didYouMean } from './did-you-mean.ts';
import { parseSize } from './parse-size.ts';

/** `RUN --mount=…` after expansion. `target` may be relative to the working directory. */
export type RunMount =
  | {
      readonly type: 'bind';
      readonly target: string;
      readonly source: string;
      readonly from: string | undefined;
      /** What is written is thrown away after the step. */
      readonly readOnly: boolean;
    }
  | {
      readonly type: 'cache';
      readonly target: string;
      readonly id: string;
      readonly source: string;
      readonly from: string | undefined;
      readonly readOnly: boolean;
      readonly sharing: 'shared' | 'private' | 'locked';
      /** Undefined: 0755, or as `from` has it. */
      readonly mode: number | undefined;
      /** Undefined: 0, or as `from` has it. */
      readonly uid: number | undefined;
      readonly gid: number | undefined;
    }
  | { readonly type: 'tmpfs'; readonly target: string; readonly sizeBytes: number | undefined }
  | {
      readonly type: 'secret' | 'ssh';
      readonly target: string | undefined;
      readonly id: string;
      readonly env: string | undefined;
      readonly required: boolean;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };

export type ParsedRunMount =
  | { readonly ok: true; readonly mount: RunMount }
  | { readonly ok: false; readonly message: string; readonly hint?: string | undefined };

type MountType = RunMount['type'];

const types: readonly MountType[] = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'];
const sharings = ['shared', 'private', 'locked'] as const;
const aliases: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  readonly: 'ro',
  readwrite: 'rw',
};
/** Which options which type knows (Dockerfile reference, "RUN --mount"). */
const keysOf: Readonly<Record<MountType, readonly string[]>> = {
  bind: ['target', 'source', 'from', 'ro', 'rw'],
  cache: ['target', 'source', 'from', 'ro', 'rw', 'id', 'sharing', 'mode', 'uid', 'gid'],
  tmpfs: ['target', 'size', 'ro', 'rw'],
  secret: ['target', 'source', 'id', 'env', 'required', 'mode', 'uid', 'gid', 'ro', 'rw'],
  ssh: ['target', 'source', 'id', 'required', 'mode', 'uid', 'gid', 'ro', 'rw'],
};
const allKeys = [...new Set(Object.values(keysOf).flat())];

class MountError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Parses `type=cache,target=/x`. Messages are BuildKit's. Never throws. */
export function parseRunMount(text: string): ParsedRunMount {
  try {
    return { ok: true, mount: build(readFields(text)) };
  } catch (error) {
    if (!(error instanceof MountError)) throw error;
    return { ok: false, message: error.message, hint: error.hint };
  }
}

function readFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const field of splitCommas(text)) {
    const equals = field.indexOf('=');
    const written = (equals < 0 ? field : field.slice(0, equals)).toLowerCase();
    const key = aliases[written] ?? written;
    if (equals < 0 && key !== 'ro' && key !== 'rw' && key !== 'required') {
      throw new MountError(`invalid field '${field}' must be a key=value pair`);
    }
    if (key !== 'type' && !allKeys.includes(key)) {
      const nearest = didYouMean(key, ['type', ...allKeys]);
      const hint = nearest === undefined ? undefined : `did you mean ${nearest}?`;
      throw new MountError(`unexpected key '${written}' in '${field}'`, hint);
    }
    fields.set(key, equals < 0 ? 'true' : field.slice(equals + 1));
  }
  return fields;
}

/** One CSV record: a field in double quotes may hold commas. */
function splitCommas(text: string): readonly string[] {
  const fields = [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)];
  return fields.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

function build(fields: ReadonlyMap<string, string>): RunMount {
  const type = (fields.get('type') ?? 'bind').toLowerCase() as MountType;
  if (!types.includes(type)) {
    const nearest = didYouMean(type, types);
    throw new MountError(
      `unsupported mount type ${JSON.stringify(fields.get('type'))}`,
      nearest === undefined ? `one of ${types.join(', ')}` : `did you mean ${nearest}?`,
    );
  }
  for (const key of fields.keys()) {
    if (key === 'type' || keysOf[type].includes(key)) continue;
    throw new MountError(
      key === 'mode' || key === 'uid' || key === 'gid'
        ? `${key} not allowed for "${type}" type mounts`
        : `unexpected key '${key}' for mount type '${type}'`,
    );
  }
  if (type === 'secret' || type === 'ssh') return buildSecret(type, fields);
  const target = fields.get('target') ?? '';
  if (target === '') throw new MountError(`invalid mount config for type "${type}": target is required`);
  if (type === 'tmpfs') return { type, target, sizeBytes: readSize(fields.get('size')) };
  const common = { target, source: fields.get('source') ?? '', from: fields.get('from') };
  if (type === 'bind') return { type, ...common, readOnly: isReadOnly(fields, true) };
  const sharing = (fields.get('sharing') ?? 'shared').toLowerCase() as (typeof sharings)[number];
  if (!sharings.includes(sharing)) {
    throw new MountError(
      `unsupported sharing value ${JSON.stringify(sharing)}`,
      `one of ${sharings.join(', ')}`,
    );
  }
  return {
    type,
    ...common,
    id: fields.get('id') ?? target,
    readOnly: isReadOnly(fields, false),
    sharing,
    mode: readNumber(fields, 'mode', 8),
    uid: readNumber(fields, 'uid', 10),
    gid: readNumber(fields, 'gid', 10),
  };
}

function buildSecret(type: 'secret' | 'ssh', fields: ReadonlyMap<string, string>): RunMount {
  const source = fields.get('source');
  if (source !== undefined && fields.has('id')) throw new MountError("both source and id can't be set");
  const target = fields.get('target');
  const id =
    fields.get('id') ??
    source ??
    (type === 'ssh' ? 'default' : target?.split('/').findLast((part) => part !== ''));
  if (id === undefined || id === '')
    throw new MountError('invalid secret mount. one of source, target required');
  return {
    type,
    id,
    target,
    env: fields.get('env'),
    required: readBoolean(fields, 'required'),
    mode: readNumber(fields, 'mode', 8) ?? (type === 'ssh' ? 0o600 : 0o400),
    uid: readNumber(fields, 'uid', 10) ?? 0,
    gid: readNumber(fields, 'gid', 10) ?? 0,
  };
}

function isReadOnly(fields: ReadonlyMap<string, string>, usual: boolean): boolean {
  if (fields.has('ro')) return readBoolean(fields, 'ro');
  return fields.has('rw') ? !readBoolean(fields, 'rw') : usual;
}

function readBoolean(fields: ReadonlyMap<string, string>, key: string): boolean {
  const value = fields.get(key) ?? 'false';
  if (/^(?:1|t|true)$/i.test(value)) return true;
  if (/^(?:0|f|false)$/i.test(value)) return false;
  throw new MountError(`invalid value for ${key}: ${value}`);
}

function readNumber(fields: ReadonlyMap<string, string>, key: string, radix: 8 | 10): number | undefined {
  const value = fields.get(key);
  if (value === undefined) return undefined;
  const number = (radix === 8 ? /^[0-7]{1,7}$/ : /^\d{1,10}$/).test(value)
    ? Number.parseInt(value, radix)
    : -1;
  const limit = radix === 8 ? 0o7777 : 0x7fff_ffff;
  if (number < 0 || number > limit) throw new MountError(`invalid value ${value} for ${key}`);
  return number;
}

function readSize(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const sizeBytes = parseSize(text);
  if (sizeBytes === undefined) throw new MountError(`invalid value for size: ${text}`);
  return sizeBytes;
}
