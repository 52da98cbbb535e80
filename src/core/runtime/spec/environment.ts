/** Docker's, for images that set none. */
export const defaultPath = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Set in a specification whose HOME came from the user database: another user of the container has another. */
export const homeAnnotation = 'gantry.home';

/**
 * `base` with `changes` laid over it, in order, as Docker does: an entry of a name that is there already takes its
 * place, a bare name without `=` removes it, a new one goes to the end.
 */
export function overlayEnvironment(base: readonly string[], changes: readonly string[]): readonly string[] {
  const entries = new Map<string, string>();
  for (const entry of base) entries.set(nameOf(entry), entry);
  for (const entry of changes) {
    if (entry.includes('=')) entries.set(nameOf(entry), entry);
    else entries.delete(entry);
  }
  return [...entries.values()];
}

/**
 * What the process of a container sees: PATH, HOSTNAME and, with a terminal, TERM; the image's and the user's own
 * over these; HOME from the user database where nobody set it.
 */
export function containerEnvironment(facts: {
  readonly own: readonly string[];
  readonly hostname: string;
  readonly tty: boolean;
  readonly home: string;
}): readonly string[] {
  const base = [defaultPath, `HOSTNAME=${facts.hostname}`, ...(facts.tty ? ['TERM=xterm'] : [])];
  const merged = overlayEnvironment(base, facts.own);
  return setsHome(facts.own) ? merged : [...merged, `HOME=${facts.home}`];
}

export function setsHome(env: readonly string[]): boolean {
  return env.some((entry) => entry.startsWith('HOME='));
}

function nameOf(entry: string): string {
  const at = entry.indexOf('=');
  return at < 0 ? entry : entry.slice(0, at);
}
