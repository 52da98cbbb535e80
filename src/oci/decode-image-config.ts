import {
  asObject,
  badDocument,
  compact,
  decodeObject,
  type JsonObject,
  optionalCount,
  optionalList,
  optionalSet,
  optionalString,
  optionalStringMap,
  optionalStrings,
  requiredString,
} from './decode-json.ts';
import { type DiffId, isDigest } from './digest.ts';
import type { ContainerConfig, HealthcheckConfig, HistoryItem, ImageConfig } from './image-config.ts';
import { isTimestamp } from './timestamp.ts';

const what = 'image config';
const mostLayers = 1000;
const mostHistory = 10_000;

/**
 * Decodes an image configuration (image-spec config.md, with Docker's additions). Fields we do not know are dropped
 * from the value; the stored bytes keep them. Throws `corrupt` / `bad-document`.
 */
export function decodeImageConfig(bytes: Uint8Array): ImageConfig {
  return decodeImageConfigObject(decodeObject(bytes, what));
}

/** As {@link decodeImageConfig}, from parsed JSON (a record in the metadata store). */
export function decodeImageConfigObject(value: unknown): ImageConfig {
  const object = asObject(value, what);
  const config = object['config'];
  return compact<ImageConfig>({
    created: optionalTime(object, 'created'),
    author: optionalString(object, 'author', what),
    architecture: requiredString(object, 'architecture', what),
    os: requiredString(object, 'os', what),
    variant: optionalString(object, 'variant', what),
    'os.version': optionalString(object, 'os.version', what),
    config: config === undefined || config === null ? undefined : decodeContainerConfig(config),
    rootfs: { type: 'layers', diff_ids: decodeDiffIds(object['rootfs']) },
    history: decodeHistory(object),
  });
}

function decodeContainerConfig(value: unknown): ContainerConfig {
  const object = asObject(value, `${what} "config"`);
  const text = (key: string) => optionalString(object, key, what);
  const texts = (key: string) => optionalStrings(object, key, what);
  const escaped = object['ArgsEscaped'];
  const health = object['Healthcheck'];
  return compact<ContainerConfig>({
    User: text('User'),
    ExposedPorts: optionalSet(object, 'ExposedPorts', what),
    Env: texts('Env'),
    Entrypoint: texts('Entrypoint'),
    Cmd: texts('Cmd'),
    Volumes: optionalSet(object, 'Volumes', what),
    WorkingDir: text('WorkingDir'),
    Labels: optionalStringMap(object, 'Labels', what),
    StopSignal: text('StopSignal'),
    ArgsEscaped: escaped === true ? true : undefined,
    Healthcheck: health === undefined || health === null ? undefined : decodeHealthcheck(health),
    OnBuild: texts('OnBuild'),
    Shell: texts('Shell'),
  });
}

function decodeHealthcheck(value: unknown): HealthcheckConfig {
  const object = asObject(value, `${what} "Healthcheck"`);
  const count = (key: string) => optionalCount(object, key, what);
  return compact<HealthcheckConfig>({
    Test: optionalStrings(object, 'Test', what),
    Interval: count('Interval'),
    Timeout: count('Timeout'),
    StartPeriod: count('StartPeriod'),
    StartInterval: count('StartInterval'),
    Retries: count('Retries'),
  });
}

function decodeDiffIds(value: unknown): readonly DiffId[] {
  const object = asObject(value, `${what} "rootfs"`);
  if (object['type'] !== 'layers') throw badDocument(what, '"rootfs.type" is not "layers"');
  const diffIds = optionalStrings(object, 'diff_ids', what) ?? [];
  if (diffIds.length > mostLayers) throw badDocument(what, `more than ${mostLayers} layers`);
  for (const diffId of diffIds) {
    if (!isDigest(diffId)) throw badDocument(what, `${JSON.stringify(diffId.slice(0, 140))} is not a digest`);
  }
  return diffIds as readonly string[] as readonly DiffId[];
}

function decodeHistory(object: JsonObject): readonly HistoryItem[] | undefined {
  const list = optionalList(object, 'history', what);
  if (list !== undefined && list.length > mostHistory)
    throw badDocument(what, `more than ${mostHistory} history lines`);
  return list?.map((value) => {
    const item = asObject(value, `${what} history`);
    return compact<HistoryItem>({
      created: optionalTime(item, 'created'),
      created_by: optionalString(item, 'created_by', what),
      author: optionalString(item, 'author', what),
      comment: optionalString(item, 'comment', what),
      empty_layer: item['empty_layer'] === true ? true : undefined,
    });
  });
}

/** RFC 3339 or nothing: a date nobody can read is no reason to refuse the image. */
function optionalTime(object: JsonObject, key: string): string | undefined {
  const text = optionalString(object, key, what);
  return text === undefined || !isTimestamp(text) ? undefined : text;
}
