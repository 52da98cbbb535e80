import type { Command } from '../../app/commands/define-command.ts';

/** `Usage:  gantry stop [OPTIONS] CONTAINER [CONTAINER...]` */
export function usageLine(command: Command, called = command.verbs[0]): string {
  const words = ['Usage: ', 'gantry', called];
  if (Object.keys(command.options).length > 0) words.push('[OPTIONS]');
  for (const { kind, placeholder } of Object.values(command.args)) {
    if (kind === 'one' || kind === 'rest') words.push(placeholder);
    else if (kind === 'optional') words.push(`[${placeholder}]`);
    else if (kind === 'any') words.push(`[${placeholder}...]`);
    else words.push(`${placeholder} [${placeholder}...]`);
  }
  return words.join(' ');
}
