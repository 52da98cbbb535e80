import { isIP } from 'node:net';
import { specError } from './spec-error.ts';

/** `--add-host name:ip` or `name=ip` as `name:ip`; `host-gateway` stands for the host. Throws `invalid` / `bad-host`. */
export function parseHost(text: string): string {
  const at = text.search(/[=:]/);
  const name = at < 0 ? '' : text.slice(0, at);
  const address = at < 0 ? '' : text.slice(at + 1).replace(/^\[(.*)\]$/, '$1');
  if (name === '') throw specError('bad-host', `bad format for add-host: "${text}"`);
  if (address !== 'host-gateway' && isIP(address) === 0) {
    throw specError('bad-host', `invalid IP address in add-host: "${address}"`);
  }
  return `${name}:${address}`;
}
