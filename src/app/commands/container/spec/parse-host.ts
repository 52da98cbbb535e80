import { specError } from './spec-error.ts';

/** `--add-host name:ip` or `name=ip` as `name:ip`; `host-gateway` stands for the host. Throws `invalid` / `bad-host`. */
export function parseHost(text: string): string {
  const at = text.search(/[=:]/);
  const name = at < 0 ? '' : text.slice(0, at);
  const address = at < 0 ? '' : text.slice(at + 1).replace(/^\[(.*)\]$/, '$1');
  if (name === '') throw specError('bad-host', `bad format for add-host: "${text}"`);
  // As an import it would have every `run` load streams and sockets.
  const { isIP } = process.getBuiltinModule('node:net');
  if (address !== 'host-gateway' && isIP(address) === 0) {
    throw specError('bad-host', `invalid IP address in add-host: "${address}"`);
  }
  return `${name}:${address}`;
}
