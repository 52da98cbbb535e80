import type { Selection } from '../tree/selection.ts';

/** What ADD brings from elsewhere: asked about when the key of its step is made, brought when the step is executed. */
export interface RemoteSource {
  /** All that its content depends on, as plain JSON. */
  facts(): Promise<unknown>;
  /** Brings it to this machine, where it stays until the build ends. */
  fetch(): Promise<Selection>;
}

/** What a source of ADD is; undefined: a path of the context. */
export function remoteKind(source: string): 'http' | 'git' | undefined {
  // Repositories of this machine are nothing a Dockerfile may reach.
  const isGit =
    /^(?:git|ssh):\/\/|^git@[\w.-]+:/.test(source) || /^https?:\/\/[^#]*\.git(?:#.*)?$/.test(source);
  if (isGit) return 'git';
  return /^https?:\/\//.test(source) ? 'http' : undefined;
}
