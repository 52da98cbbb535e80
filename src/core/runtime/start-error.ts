import { GantryError } from '../../base/gantry-error.ts';

/**
 * The error of a container or process that could not be started, from what the runtime said, in Docker's words where
 * scripts match on them. `details.exitCode` is what `docker run` and `docker exec` end with; `details.stateExitCode`
 * what an inspection of the container shows.
 */
export function startError(
  runtimeText: string,
  args: readonly string[] = [],
  action: 'create' | 'exec' = 'create',
): GantryError {
  const text = runtimeMessage(runtimeText);
  const cause = reasonOf(text, args);
  const exitCode = exitCodeOf(cause);
  const prefix =
    action === 'create'
      ? 'OCI runtime create failed: unable to start container process: '
      : 'OCI runtime exec failed: exec failed: unable to start container process: ';
  return new GantryError({
    kind: 'start',
    code:
      exitCode === 127 ? 'command-not-found' : exitCode === 126 ? 'command-not-executable' : 'start-failed',
    message: `${prefix}${cause}: unknown`,
    ...(/cannot (?:setresu?g?id|setgroups).*: invalid argument$/.test(cause) && { hint: noSuchUser }),
    details: { exitCode, stateExitCode: exitCode === 125 ? 128 : exitCode, runtimeMessage: text },
  });
}

/** The kernel's word for an ID that a user namespace has not. */
const noSuchUser =
  'A normal user has the users that root lends them, and this is none of them: gantry info says how to have more.';

/** The heart of a runtime's message: without its time stamps, levels and quotes. */
export function runtimeMessage(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const told = lines.map(messageOf).filter((line) => line !== '');
  return (told.at(-1) ?? '').slice(0, 4096);
}

function messageOf(line: string): string {
  const structured = /\bmsg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  const message = structured === undefined ? line : structured.replaceAll(/\\(["\\])/g, '$1');
  return message
    .replace(/^\d{4}-\d\d-\d\dT\S+Z?:\s*/, '')
    .replace(/^(?:\[conmon:[a-z]\]:\s*)/, '')
    .replace(/^(?:runc (?:create|run|exec) failed|exec failed|unable to start container process):\s*/g, '')
    .replace(/^unable to start container process:\s*/, '')
    .trim();
}

const notFoundInPath = /executable file [`'"]?(.+?)[`'"]? not found(?: in \$PATH)?/;

function reasonOf(text: string, args: readonly string[]): string {
  const program = args[0] ?? '';
  // crun takes the folder it looks in for the program.
  if (args[0] === '' && /executable/.test(text)) return 'exec: "": executable file not found in $PATH';
  const missing = notFoundInPath.exec(text);
  if (missing !== null) {
    const name = missing[1] ?? program;
    return name.includes('/')
      ? `exec: "${name}": stat ${name}: no such file or directory`
      : `exec: "${name}": executable file not found in $PATH`;
  }
  const lowered = text.replace(
    /(?:No such|Permission|Is a|Not a|Operation|Exec format|Invalid|Device)[ a-z]+$/,
    (words) => words.toLowerCase(),
  );
  // crun's word for what is no file: a folder, a device.
  if (lowered === 'open executable: operation not permitted') return `exec: "${program}": permission denied`;
  if (/^open executable: /.test(lowered)) {
    return `exec: "${program}": ${lowered.slice('open executable: '.length)}`;
  }
  return lowered === '' ? 'the runtime failed without a word' : lowered;
}

/** Docker's own way to tell: by words in the message. */
function exitCodeOf(text: string): number {
  if (/executable file not found|no such file or directory|system cannot find the file/.test(text))
    return 127;
  if (/permission denied|is a directory/.test(text)) return 126;
  return 125;
}
