import type { HostCheck } from '../../../engine/system.ts';

/** What one check saw; the words for `meaning` and `mend` go with what is wrong. */
export type Finding =
  | { readonly status: 'ok'; readonly found: string }
  | Pick<HostCheck, 'status' | 'found' | 'meaning' | 'mend'>;

export function ok(found: string): Finding {
  return { status: 'ok', found };
}
