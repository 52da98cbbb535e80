import type { ProgramResult } from '../../test/support/run-program.ts';

/** What can be compared of an answer: without IDs, times, and each engine's way to begin an error. */
export function normalise({ status, stdout, stderr }: ProgramResult, anyOrder: boolean): ProgramResult {
  const out = common(stdout).split('\n');
  return {
    status,
    stdout: (anyOrder ? out.toSorted() : out).join('\n').trim(),
    stderr: errorText(stderr),
  };
}

function common(text: string): string {
  return text
    .replaceAll(/\b[0-9a-f]{64}\b/g, '<id>')
    .replaceAll(/\b[0-9a-f]{12}\b/g, '<id>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replaceAll('\r', '');
}

/** The first line counts; what follows is where to read more. */
function errorText(text: string): string {
  const [first = ''] = common(text).trim().split('\n');
  return first
    .replaceAll(/\b(?:docker|podman|gantry): /g, '')
    .replace(/^(?:Error response from daemon: |Error: |error: )+/, '')
    .replaceAll(
      /container_linux\.go:\d+: |starting container process caused: |runc create failed: |runc did not terminate successfully: exit status \d+: /g,
      '',
    )
    .replaceAll(/'(?:docker|gantry|podman)\b/g, "'<engine>")
    .replaceAll('"', '')
    .replace(/\.$/, '')
    .toLowerCase()
    .trim();
}
