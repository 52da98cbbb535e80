import { GantryError } from '../../../base/gantry-error.ts';
import type { SeccompArg, SeccompCondition, SeccompProfile, SeccompRule } from './profile.ts';

const maximumTextLength = 1 << 20;
const maximumNames = 4096;
const actions = new Set(['ALLOW', 'ERRNO', 'KILL', 'KILL_PROCESS', 'KILL_THREAD', 'LOG', 'TRACE', 'TRAP']);
const operators = new Set(['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ']);
const nameForm = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/**
 * Reads a profile in the form Docker's `--security-opt seccomp=FILE` takes: conditions (`includes`, `excludes`) and
 * `archMap` allowed, `name` as well as `names`, a plain `architectures` list as well as `archMap`.
 * @throws GantryError `invalid` / `seccomp-profile` naming what is wrong
 */
export function parseSeccompProfile(text: string): SeccompProfile {
  if (text.length > maximumTextLength) throw bad(`is longer than ${maximumTextLength} characters`);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw bad(`is not JSON: ${(error as Error).message}`);
  }
  const profile = record(document, 'the profile');
  const archMap = list(profile['archMap'], 'archMap').map((item) => {
    const entry = record(item, 'an archMap entry');
    return {
      architecture: name(entry['architecture'], 'architecture'),
      subArchitectures: names(entry['subArchitectures'], 'subArchitectures'),
    };
  });
  const flat = names(profile['architectures'], 'architectures');
  if (flat.length > 0 && archMap.length > 0) throw bad("has both 'architectures' and 'archMap'");
  return {
    defaultAction: action(profile['defaultAction']),
    ...optionalErrno('defaultErrnoRet', profile['defaultErrnoRet']),
    archMap:
      flat.length === 0
        ? archMap
        : flat.map((architecture) => ({
            architecture,
            subArchitectures: flat.filter((other) => other !== architecture),
          })),
    syscalls: list(profile['syscalls'], 'syscalls').map(parseRule),
  };
}

function parseRule(item: unknown): SeccompRule {
  const rule = record(item, 'a syscalls entry');
  const single = rule['name'] === undefined || rule['name'] === '' ? [] : [name(rule['name'], 'name')];
  const all = [...single, ...names(rule['names'], 'names')];
  if (all.length === 0) throw bad('has a rule without names');
  const args = list(rule['args'], 'args').map(parseArg);
  return {
    names: all,
    action: action(rule['action']),
    ...optionalErrno('errnoRet', rule['errnoRet']),
    ...(args.length === 0 ? {} : { args }),
    ...optionalCondition('includes', rule['includes']),
    ...optionalCondition('excludes', rule['excludes']),
  };
}

function parseArg(item: unknown): SeccompArg {
  const arg = record(item, 'an argument test');
  const op = String(arg['op']);
  if (!op.startsWith('SCMP_CMP_') || !operators.has(op.slice('SCMP_CMP_'.length))) {
    throw bad(`has an unknown comparison ${JSON.stringify(op)}`);
  }
  const index = arg['index'];
  if (!Number.isInteger(index) || (index as number) < 0 || (index as number) > 5) {
    throw bad('has an argument index that is not 0 to 5');
  }
  return {
    index: index as number,
    value: unsigned(arg['value'], 'value'),
    ...(arg['valueTwo'] === undefined ? {} : { valueTwo: unsigned(arg['valueTwo'], 'valueTwo') }),
    op: op as SeccompArg['op'],
  };
}

function optionalCondition<K extends string>(key: K, value: unknown): { [P in K]?: SeccompCondition } {
  if (value === undefined || value === null) return {};
  const condition = record(value, key);
  const minKernel = condition['minKernel'];
  if (minKernel !== undefined && !(typeof minKernel === 'string' && /^\d{1,3}\.\d{1,4}$/.test(minKernel))) {
    throw bad(`has a minKernel that is not like "4.8"`);
  }
  const caps = names(condition['caps'], 'caps');
  const arches = names(condition['arches'], 'arches');
  return {
    [key]: {
      ...(caps.length === 0 ? {} : { caps }),
      ...(arches.length === 0 ? {} : { arches }),
      ...(minKernel === undefined ? {} : { minKernel }),
    },
  } as { [P in K]?: SeccompCondition };
}

function optionalErrno<K extends string>(key: K, value: unknown): { [P in K]?: number } {
  if (value === undefined || value === null) return {};
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 4095) {
    throw bad(`has a ${key} that is not 0 to 4095`);
  }
  return { [key]: value } as { [P in K]?: number };
}

function action(value: unknown): SeccompProfile['defaultAction'] {
  if (
    typeof value === 'string' &&
    value.startsWith('SCMP_ACT_') &&
    actions.has(value.slice('SCMP_ACT_'.length))
  ) {
    return value as SeccompProfile['defaultAction'];
  }
  throw bad(`has an unknown action ${JSON.stringify(value)}`);
}

function names(value: unknown, what: string): readonly string[] {
  const all = list(value, what);
  if (all.length > maximumNames) throw bad(`has more than ${maximumNames} entries in ${what}`);
  return all.map((item) => name(item, what));
}

function name(value: unknown, what: string): string {
  if (typeof value === 'string' && nameForm.test(value)) return value;
  throw bad(`has a name in ${what} that is not valid: ${JSON.stringify(value)}`);
}

function unsigned(value: unknown, what: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw bad(`has a ${what} that is not a whole number`);
}

function list(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw bad(`has ${what} that is not a list`);
}

function record(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw bad(`has ${what} that is not an object`);
}

function bad(problem: string): GantryError {
  return new GantryError({
    kind: 'invalid',
    code: 'seccomp-profile',
    message: `the seccomp profile ${problem}`,
    hint: 'Give a profile in the form of Docker, or seccomp=unconfined to run without one.',
  });
}
