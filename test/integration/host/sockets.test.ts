import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PacketSocket, packetLimitBytes } from '../../../src/core/host/packet-socket.ts';
import { tempFolder } from '../../support/temp-folder.ts';

/** The other side, in another language and process. It prints a line when it listens. */
async function python(script: string, ...args: readonly string[]): Promise<ChildProcessWithoutNullStreams> {
  const child = spawn('python3', ['-c', `import os,socket,sys,array\n${script}`, ...args]);
  child.stderr.pipe(process.stderr);
  return child;
}

const listen = `
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
os.chdir(os.path.dirname(sys.argv[1])); s.bind(os.path.basename(sys.argv[1])); s.listen()
print("ready", flush=True)
c = s.accept()[0]
`;

describe('PacketSocket', () => {
  it('keeps packets apart in both directions and ends with the other side', async () => {
    using folder = tempFolder();
    const server = await python(
      `${listen}
c.send(b"\\x02one"); c.send(b"\\x03two")
while True:
    p = c.recv(100000)
    if not p: break
    c.send(str(len(p)).encode())
c.close()`,
      folder.at('s'),
    );
    await once(server.stdout, 'data');
    using socket = PacketSocket.connect(folder.at('s'));
    const packets = socket.packets();
    const next = async () => Buffer.from((await packets.next()).value as Uint8Array).toString();
    expect([await next(), await next()]).toEqual(['\x02one', '\x03two']);
    await socket.send(new Uint8Array(packetLimitBytes + 5));
    expect([await next(), await next()]).toEqual([String(packetLimitBytes), '5']);
    socket.endWriting();
    expect((await packets.next()).done).toBe(true);
  });

  it('carries megabytes both ways at once without losing a byte', async () => {
    using folder = tempFolder();
    const server = await python(
      `${listen}
n = 0
while True:
    p = c.recv(100000)
    if not p: break
    n += len(p)
    c.send(p[:8192])
c.send(str(n).encode()); c.close()`,
      folder.at('s'),
    );
    await once(server.stdout, 'data');
    using socket = PacketSocket.connect(folder.at('s'));
    const total = 8 << 20;
    const sending = socket.send(new Uint8Array(total)).then(() => socket.endWriting());
    let last: Uint8Array = new Uint8Array();
    let packets = 0;
    for await (const packet of socket.packets()) {
      last = packet;
      packets++;
    }
    await sending;
    expect(Buffer.from(last).toString()).toBe(String(total));
    expect(packets).toBe(total / packetLimitBytes + 1);
  });

  it('reads what a peer said before it left with our bytes unread', async () => {
    using folder = tempFolder();
    const server = await python(`${listen}\nc.send(b"last words"); sys.stdin.read()`, folder.at('s'));
    await once(server.stdout, 'data');
    using socket = PacketSocket.connect(folder.at('s'));
    await socket.send(new Uint8Array(100));
    server.stdin.end();
    await once(server, 'exit');
    const packets = await Array.fromAsync(socket.packets());
    expect(packets.map((packet) => Buffer.from(packet).toString())).toEqual(['last words']);
  });

  it('reaches a socket whose path is longer than an address', async () => {
    using folder = tempFolder();
    const deep = folder.at('d'.repeat(120));
    mkdirSync(deep);
    const server = await python(`${listen}\nc.send(b"hello")`, `${deep}/attach`);
    await once(server.stdout, 'data');
    using socket = PacketSocket.connect(`${deep}/attach`);
    expect(Buffer.from((await socket.packets().next()).value as Uint8Array).toString()).toBe('hello');
  });

  it('lets a reader go when it is closed under it', async () => {
    using folder = tempFolder();
    const server = await python(`${listen}\nsys.stdin.read()`, folder.at('s'));
    await once(server.stdout, 'data');
    const socket = PacketSocket.connect(folder.at('s'));
    const reading = socket.packets().next();
    socket[Symbol.dispose]();
    expect((await reading).done).toBe(true);
    await expect(socket.send(new Uint8Array(1))).rejects.toMatchObject({ kind: 'io' });
    server.stdin.end();
    await once(server, 'close');
  });

  it('names the path when nobody listens, and leaves no descriptor', () => {
    using folder = tempFolder();
    const before = readdirSync('/proc/self/fd').length;
    expect(() => PacketSocket.connect(folder.at('none'))).toThrow(
      expect.objectContaining({ details: { errno: 'ENOENT', syscall: 'connect', path: folder.at('none') } }),
    );
    expect(readdirSync('/proc/self/fd')).toHaveLength(before);
  });
});
