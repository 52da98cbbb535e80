import type { ImageDetails } from '../../../engine/images.ts';

/** One setting two images do not have in common. Values as JSON, or plain where they are text; undefined: not there. */
export interface ConfigChange {
  /** `Cmd`, `Env PATH`, `Labels maintainer`. */
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What differs in configuration and platform, in the order of Docker's `inspect`; variables and labels one by one. */
export function configChanges(before: ImageDetails, after: ImageDetails): readonly ConfigChange[] {
  const [old, young] = [settingsOf(before), settingsOf(after)];
  return [...new Set([...old.keys(), ...young.keys()])]
    .filter((name) => old.get(name) !== young.get(name))
    .map((name) => ({ name, before: old.get(name), after: young.get(name) }));
}

function settingsOf({ config, platform }: ImageDetails): ReadonlyMap<string, string> {
  const settings = new Map<string, string>([
    ['Platform', `${platform.os}/${platform.architecture}${platform.variant ? `/${platform.variant}` : ''}`],
  ]);
  if (config.author !== undefined) settings.set('Author', config.author);
  for (const [key, value] of Object.entries(config.config ?? {})) {
    if (value === undefined || value === null || value === '') continue;
    if (key === 'Env' && Array.isArray(value)) {
      for (const assignment of value) {
        const [name = '', ...rest] = String(assignment).split('=');
        settings.set(`Env ${name}`, rest.join('='));
      }
    } else if (key === 'Labels' && typeof value === 'object') {
      for (const [name, label] of Object.entries(value)) settings.set(`Labels ${name}`, String(label));
    } else {
      settings.set(key, typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
  return settings;
}
