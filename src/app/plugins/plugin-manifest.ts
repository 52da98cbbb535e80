import { isAbsolute, normalize } from 'node:path';

/** What is known of a plugin without running its code. */
export interface PluginManifest {
  readonly name: string;
  /** Path of the code, relative to the plugin's folder. */
  readonly entry: string;
  /** Its commands, so that help and the palette list them unloaded. Undefined: its code must be asked. */
  readonly commands: readonly ManifestCommand[] | undefined;
}

export interface ManifestCommand {
  readonly id: string;
  readonly verbs: readonly [string, ...string[]];
  readonly summary: string;
}

/** Number of the plugin API this program offers. */
export const pluginApi = 1;

const verb = /^[a-z][a-z0-9-]*(?: [a-z][a-z0-9-]*)?$/;
const id = /^[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)+$/;

/** Decodes a manifest. Throws an `Error` whose message says what is wrong with it. */
export function parseManifest(value: unknown, folderName: string): PluginManifest {
  if (!isRecord(value)) throw new Error('its manifest is not an object');
  const { api = pluginApi, name = folderName, entry, commands } = value;
  if (api !== pluginApi) throw new Error(`it wants plugin API ${String(api)}; this gantry has ${pluginApi}`);
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(name)) {
    throw new Error('its name is not a short word');
  }
  if (typeof entry !== 'string' || isAbsolute(entry) || normalize(entry).startsWith('..')) {
    throw new Error('its entry is not a path inside its folder');
  }
  if (commands !== undefined && (!Array.isArray(commands) || commands.length > 100)) {
    throw new Error('its commands are not a list');
  }
  return { name, entry, commands: (commands as unknown[] | undefined)?.map(parseCommand) };
}

/** Checks what a manifest or a loaded plugin says of a command. */
export function parseCommand(value: unknown): ManifestCommand {
  if (!isRecord(value)) throw new Error('a command is not an object');
  const { id: name, verbs, summary } = value;
  if (typeof name !== 'string' || !id.test(name)) throw new Error(`a command's id is not noun.verb`);
  if (
    !Array.isArray(verbs) ||
    verbs.length === 0 ||
    !verbs.every((word) => typeof word === 'string' && verb.test(word))
  ) {
    throw new Error(`the verbs of ${name} are not one or two words each`);
  }
  if (typeof summary !== 'string' || summary.length > 200) throw new Error(`${name} has no summary`);
  return { id: name, verbs: verbs as unknown as readonly [string, ...string[]], summary };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
