/** Where the next bytes of whoever makes or reads them go: at least one. They may fill less of it. */
export type OutputRoom = () => Uint8Array;

/** The same buffer again and again. */
export function ownRoom(lengthBytes: number): OutputRoom {
  const buffer = Buffer.allocUnsafeSlow(lengthBytes);
  return () => buffer;
}
