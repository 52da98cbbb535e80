import { readFileSync } from 'node:fs';

/** Makes a runtime write its own words to a file, apart from those of the process it runs. */
export function logOptions(path: string): readonly string[] {
  return ['--log', path, '--log-format', 'json'];
}

/** Its last error there. Undefined: it had none, and a status that is not 0 is the process's own. */
export function runtimeComplaint(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  return text
    .split('\n')
    .map(errorOf)
    .findLast((message) => message !== undefined);
}

function errorOf(line: string): string | undefined {
  if (line === '') return undefined;
  try {
    const { level, msg } = JSON.parse(line) as { level?: unknown; msg?: unknown };
    return (level === 'error' || level === 'fatal') && typeof msg === 'string' ? msg : undefined;
  } catch {
    return undefined;
  }
}
