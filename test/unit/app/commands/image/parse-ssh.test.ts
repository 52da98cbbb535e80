import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { parseSsh } from '../../../../../src/app/commands/image/parse-ssh.ts';
import { tempFolder } from '../../../../support/temp-folder.ts';

it('finds the sockets of agents', async () => {
  using folder = tempFolder();
  const server = createServer().listen(folder.at('agent'));
  await once(server, 'listening');
  try {
    const ctx = { cwd: folder.path, env: { SSH_AUTH_SOCK: folder.at('agent') } };
    const path = folder.at('agent');
    expect(parseSsh(['default', 'x=agent'], ctx)).toEqual({ default: path, x: path });
    expect(parseSsh([''], ctx)).toEqual({ default: path });
    expect(() => parseSsh(['default'], { ...ctx, env: {} })).toThrow('make sure SSH_AUTH_SOCK is set');
    expect(() => parseSsh(['x=nope'], ctx)).toThrow('nope does not exist');
    expect(() => parseSsh(['x=.'], ctx)).toThrow('. is no socket of an agent');
  } finally {
    server.close();
  }
});
