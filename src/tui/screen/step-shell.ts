import { failedStep } from '../../app/commands/image/step-shell.ts';
import { splitLine } from '../../app/commands/parse/split-line.ts';
import type { Job } from '../../app/jobs/job.ts';
import { openShell } from './open-shell.ts';
import { say } from './say.ts';
import type { Screen } from './screen.ts';

/** Opens a shell in the state before the step a build failed in, in a pane beside. */
export function shellBeforeFailure(screen: Screen, { line: typed, error }: Job): void {
  const position = error?.details['position'] as { readonly line?: unknown } | undefined;
  if (failedStep(error) === undefined || typeof position?.line !== 'number') {
    say(screen, 'info', 'there is no failed RUN to open a shell before');
    return;
  }
  const [, ...words] = splitLine(typed);
  openShell(screen, [...words, '--shell-before', String(position.line)], `line ${position.line} · shell`);
}
