/** The first thing in a program's answer to `--version` that looks like one: `crun version 1.8.1` → `1.8.1`. */
export function programVersion(text: string): string {
  return /\d+\.\d+(?:\.\d+)?(?:[-+~][0-9A-Za-z.+~-]+)?/.exec(text)?.[0] ?? 'of unknown version';
}
