import type { OutputChunk } from '../../../engine/session.ts';

const stdoutType = 2;
const stderrType = 3;

/** One packet of conmon's attach socket: a byte that says the stream, then what was written. Undefined: neither. */
export function parseAttachPacket(packet: Uint8Array): OutputChunk | undefined {
  if (packet.length < 2) return undefined;
  const type = packet[0];
  if (type !== stdoutType && type !== stderrType) return undefined;
  return { stream: type === stdoutType ? 'stdout' : 'stderr', data: packet.subarray(1) };
}
