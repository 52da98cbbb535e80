/** What the keys the user pressed mean: bytes to pass on, or the wish to leave. */
export interface Filtered {
  readonly pass: Uint8Array;
  readonly detached: boolean;
}

/**
 * Watches input for the detach keys. Their beginning is held back until it is known to be something else, so the
 * process never sees half of them.
 */
export function detachFilter(keys: Uint8Array): (input: Uint8Array) => Filtered {
  let matched = 0;
  return (input) => {
    if (keys.length === 0) return { pass: input, detached: false };
    const pass: number[] = [];
    for (const byte of input) {
      if (byte === keys[matched]) {
        matched += 1;
        if (matched === keys.length) return { pass: Uint8Array.from(pass), detached: true };
        continue;
      }
      for (const held of keys.subarray(0, matched)) pass.push(held);
      matched = byte === keys[0] ? 1 : 0;
      if (matched === 0) pass.push(byte);
    }
    return { pass: Uint8Array.from(pass), detached: false };
  };
}
