import { join } from 'node:path';
import type { KeyOverrides } from '../keymap/keymap.ts';
import { type Document, openDocument } from './document.ts';
import type { UserDirs } from './user-dirs.ts';

/** How the panes share the screen: fractions of 1. Undefined where the user never moved it. */
export interface LayoutPreferences {
  readonly left?: number;
  readonly upperLeft?: number;
  readonly upperRight?: number;
  readonly charts?: boolean;
}

/** What a user decided, or left as it was, and finds again. */
export interface Preferences {
  /** Undefined: the default. */
  readonly theme: string | undefined;
  readonly layout: LayoutPreferences;
  readonly logs: { readonly wrap?: boolean; readonly timestamps?: boolean };
  /** The last filter of each list. */
  readonly filters: Readonly<Record<string, string>>;
  /** Whether clicks and the wheel do something here. Undefined: they do. */
  readonly mouse: boolean | undefined;
  /** Keys by command ID, in place of the declared ones. */
  readonly keys: KeyOverrides;
}

export function openPreferences(dirs: UserDirs): Document<Preferences> {
  return openDocument({
    path: join(dirs.config, 'preferences.json'),
    migrations: [],
    parse: parsePreferences,
  });
}

const filterLimit = 200;

/** Reads untrusted JSON: what is not of the right kind is as if it were not there. */
export function parsePreferences(json: Readonly<Record<string, unknown>>): Preferences {
  const layout = record(json['layout']);
  const logs = record(json['logs']);
  return {
    theme: typeof json['theme'] === 'string' ? json['theme'] : undefined,
    layout: {
      ...fraction(layout, 'left'),
      ...fraction(layout, 'upperLeft'),
      ...fraction(layout, 'upperRight'),
      ...flag(layout, 'charts'),
    },
    logs: { ...flag(logs, 'wrap'), ...flag(logs, 'timestamps') },
    filters: Object.fromEntries(
      Object.entries(record(json['filters'])).filter(
        (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].length <= filterLimit,
      ),
    ),
    mouse: typeof json['mouse'] === 'boolean' ? json['mouse'] : undefined,
    keys: Object.fromEntries(
      Object.entries(record(json['keys'])).flatMap(([id, keys]) =>
        Array.isArray(keys) ? [[id, keys.filter((key): key is string => typeof key === 'string')]] : [],
      ),
    ),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function fraction<K extends string>(from: Readonly<Record<string, unknown>>, key: K): { [P in K]?: number } {
  const value = from[key];
  return (typeof value === 'number' && value >= 0.2 && value <= 0.8 ? { [key]: value } : {}) as {
    [P in K]?: number;
  };
}

function flag<K extends string>(from: Readonly<Record<string, unknown>>, key: K): { [P in K]?: boolean } {
  const value = from[key];
  return (typeof value === 'boolean' ? { [key]: value } : {}) as { [P in K]?: boolean };
}
