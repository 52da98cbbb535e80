import type { HealthcheckConfig } from '../../../oci/image-config.ts';
import { cutWord } from './cut-word.ts';
import type { DiagnosticSink } from './diagnostic-sink.ts';
import { notStringsMessage, parseExecForm } from './exec-form.ts';
import { parseGoDuration } from './go-duration.ts';
import type { HealthcheckInstruction } from './instruction.ts';
import type { InstructionNode } from './instruction-node.ts';
import { type FlagValues, readFlags } from './read-flags.ts';

const flagTable = {
  interval: 'text',
  timeout: 'text',
  'start-period': 'text',
  'start-interval': 'text',
  retries: 'text',
} as const;
const durations = {
  interval: 'Interval',
  timeout: 'Timeout',
  'start-period': 'StartPeriod',
  'start-interval': 'StartInterval',
} as const;
const minimumNanoseconds = 1_000_000;

/** `HEALTHCHECK NONE` or `HEALTHCHECK [flags] CMD …`. */
export function parseHealthcheck(
  node: InstructionNode,
  sink: DiagnosticSink,
): HealthcheckInstruction | undefined {
  const flags = readFlags(node, flagTable, sink);
  const { word, rest: args } = cutWord(node.rest);
  const type = word.toUpperCase();
  const fail = (code: string, message: string): undefined => void sink.error(code, message, node.position);
  const healthcheck = (value: HealthcheckConfig): HealthcheckInstruction => ({
    kind: 'healthcheck',
    healthcheck: value,
    position: node.position,
    source: node.source,
  });

  if (type === '') return fail('missing-argument', 'HEALTHCHECK requires at least one argument');
  if (type === 'NONE') {
    if (args !== '') return fail('bad-healthcheck', 'HEALTHCHECK NONE takes no arguments');
    return healthcheck({ Test: ['NONE'] });
  }
  if (type !== 'CMD') {
    return fail('bad-healthcheck', `Unknown type ${JSON.stringify(type)} in HEALTHCHECK (try CMD)`);
  }
  const form = parseExecForm(args);
  if (form?.ok === false) return fail('not-strings', notStringsMessage);
  if (args === '' || form?.argv.length === 0) {
    return fail('bad-healthcheck', 'Missing command after HEALTHCHECK CMD');
  }
  const timing = readTiming(flags, (message) => fail('bad-healthcheck', message));
  return (
    timing &&
    healthcheck({ Test: form === undefined ? ['CMD-SHELL', args] : ['CMD', ...form.argv], ...timing })
  );
}

function readTiming(flags: FlagValues, fail: (message: string) => undefined): HealthcheckConfig | undefined {
  const timing: Record<string, number> = {};
  for (const [flag, field] of Object.entries(durations)) {
    const text = flags.text(flag);
    if (text === undefined || text === '') continue;
    const nanoseconds = parseGoDuration(text);
    if (nanoseconds === undefined) return fail(`invalid duration ${JSON.stringify(text)} for --${flag}`);
    if (nanoseconds !== 0 && nanoseconds < minimumNanoseconds) {
      return fail(`Interval ${JSON.stringify(flag)} cannot be less than 1ms`);
    }
    if (nanoseconds > 0) timing[field] = nanoseconds;
  }
  const retries = flags.text('retries');
  if (retries !== undefined && retries !== '') {
    if (!/^-?\d{1,9}$/.test(retries)) return fail(`invalid value ${JSON.stringify(retries)} for --retries`);
    if (Number(retries) < 0) return fail(`--retries cannot be negative (${Number(retries)})`);
    if (Number(retries) > 0) timing['Retries'] = Number(retries);
  }
  return timing;
}
