import { GantryError } from '../base/gantry-error.ts';
import { stripControl } from '../base/strip-control.ts';
import type { CliHost } from './cli-host.ts';

/** One clear line, what to do about it, and with --debug where it came from. Nothing for what the user broke off. */
export function printError(host: Pick<CliHost, 'stderr' | 'globals'>, error: GantryError): void {
  if (error.kind === 'cancelled') return;
  const lines = [`gantry: ${stripControl(error.message)}`];
  if (error.hint !== undefined) lines.push(stripControl(error.hint));
  else if (error.kind === 'internal') lines.push('This is a fault of gantry itself; --debug shows where.');
  if (host.globals.debug) lines.push(...trace(error));
  try {
    host.stderr.text(`${lines.join('\n')}\n`);
  } catch {
    // Nobody reads stderr: the status says it all the same.
  }
}

function trace(error: Error): readonly string[] {
  const lines: string[] = [];
  let current: unknown = error;
  while (current instanceof Error && lines.length < 60) {
    const code = current instanceof GantryError ? ` [${current.kind}/${current.code}]` : '';
    lines.push(`${lines.length === 0 ? 'at' : 'caused by'} ${stripControl(current.message)}${code}`);
    const frames = (current.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    lines.push(...frames.slice(0, 12));
    current = current.cause;
  }
  return lines;
}
