import type { RestartPolicy } from '../../../../engine/containers.ts';
import { specError } from './spec-error.ts';

/** `no`, `always`, `unless-stopped`, `on-failure[:n]`. Throws `invalid` / `bad-restart-policy`. */
export function parseRestart(text: string): RestartPolicy {
  const [name = '', retries, more] = text.split(':');
  if (more !== undefined) throw bad('invalid restart policy format');
  let maximumRetries = 0;
  if (retries !== undefined) {
    if (!/^-?\d+$/.test(retries))
      throw bad('invalid restart policy format: maximum retry count must be an integer');
    maximumRetries = Number(retries);
    if (maximumRetries < 0) throw bad('invalid restart policy: maximum retry count cannot be negative');
  }
  switch (name) {
    case '':
    case 'no':
      return { name: 'no', maximumRetries: 0 };
    case 'always':
    case 'unless-stopped':
      if (maximumRetries > 0) {
        throw bad('invalid restart policy: maximum retry count can only be used with on-failure');
      }
      return { name, maximumRetries: 0 };
    case 'on-failure':
      return { name, maximumRetries };
    default:
      throw bad(
        `invalid restart policy: unknown policy '${name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
      );
  }
}

function bad(message: string): Error {
  return specError('bad-restart-policy', message);
}
