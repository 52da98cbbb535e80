import type { ThreadError } from '../../../base/thread-error.ts';
import type { Uplink } from '../network-context.ts';

/** What the thread in the world's network is told when it begins. */
export interface NetworkThreadPlace {
  readonly netnsPath: string;
  readonly root: string;
  readonly database: string;
  readonly uplink: Uplink;
}

/** A method of the networks of that root, to be called there. */
export interface NetworkCall {
  readonly id: number;
  readonly noun: 'networking' | 'networks' | 'thread';
  readonly method: string;
  readonly values: readonly unknown[];
}

export type NetworkAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: ThreadError };
