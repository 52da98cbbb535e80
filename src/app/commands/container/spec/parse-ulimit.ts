import { specError } from './spec-error.ts';

const names = new Set([
  'core',
  'cpu',
  'data',
  'fsize',
  'locks',
  'memlock',
  'msgqueue',
  'nice',
  'nofile',
  'nproc',
  'rss',
  'rtprio',
  'rttime',
  'sigpending',
  'stack',
]);

/** `nofile=1024[:2048]`; -1 is without limit. Throws `invalid` / `bad-ulimit`. */
export function parseUlimit(text: string): {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
} {
  const match = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text);
  if (match === null) throw bad(text, `invalid ulimit argument: ${text}`);
  const name = match[1]!;
  if (!names.has(name)) throw bad(text, `invalid ulimit type: ${name}`);
  const soft = Number(match[2]);
  const hard = match[3] === undefined ? soft : Number(match[3]);
  if (hard !== -1 && (soft === -1 || soft > hard)) {
    throw bad(text, `ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`);
  }
  return { name, soft, hard };
}

function bad(text: string, why: string): Error {
  return specError('bad-ulimit', `invalid argument ${JSON.stringify(text)} for "--ulimit" flag: ${why}`);
}
