export const tarHeaderBytes = 512;

/** Whether these bytes are the first header of a tar: it has a checksum of itself. */
export function isTarHeader(header: Buffer): boolean {
  if (header.length < tarHeaderBytes) return false;
  const stated = Number.parseInt(header.toString('latin1', 148, 156), 8);
  let sum = 0;
  for (let at = 0; at < tarHeaderBytes; at += 1) sum += at >= 148 && at < 156 ? 0x20 : (header[at] as number);
  return stated === sum;
}
