import { join } from 'node:path';
import { decodeRegistrySettings, defaultSettings, type RegistrySettings } from './registry-settings.ts';
import { configFolder, type Environment, readIfThere } from './user-files.ts';

/**
 * The machine's `/etc/gantry/registries.json` and the user's `~/.config/gantry/registries.json` (XDG) together: both
 * lists of insecure registries count, mirrors and the time-out of the user go before the machine's. Missing files are
 * fine. Throws `invalid` / `bad-registry-settings`.
 */
export function loadRegistrySettings(env: Environment, etc = '/etc'): RegistrySettings {
  const settings = [join(etc, 'gantry'), join(configFolder(env), 'gantry')]
    .map((folder) => read(join(folder, 'registries.json')))
    .filter((found) => found !== undefined);
  return settings.reduce<RegistrySettings>(
    (before, { insecure = [], mirrors = new Map(), idleTimeoutMs }) => ({
      insecure: [...before.insecure, ...insecure],
      mirrors: new Map([...before.mirrors, ...mirrors]),
      idleTimeoutMs: idleTimeoutMs ?? before.idleTimeoutMs,
    }),
    defaultSettings,
  );
}

/** Where certificates of registries are looked for, `HOST[:PORT]/` below each: ours, Podman's and Docker's. */
export function certificateFolders(env: Environment, etc = '/etc'): readonly string[] {
  return [
    join(configFolder(env), 'gantry'),
    join(configFolder(env), 'containers'),
    join(etc, 'gantry'),
    join(etc, 'containers'),
    join(etc, 'docker'),
  ].map((folder) => join(folder, 'certs.d'));
}

function read(path: string): Partial<RegistrySettings> | undefined {
  const text = readIfThere(path);
  return text === undefined ? undefined : decodeRegistrySettings(text, path);
}
