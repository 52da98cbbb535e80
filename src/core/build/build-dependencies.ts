import type { Platform } from '../../oci/platform.ts';
import type { Image } from '../images/image-store.ts';
import type { Lease } from '../metadata/metadata.ts';
import type { Networking } from '../network/networking.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** Brings the image of a FROM here. */
export type EnsureBaseImage = (
  reference: string,
  options: {
    readonly platform: Platform;
    /** Ask the registry even if it is here. */
    readonly pull: boolean;
    readonly lease: Lease;
    readonly signal: AbortSignal;
    readonly onProgress: (progress: {
      readonly label: string;
      readonly done: number;
      readonly total: number | undefined;
    }) => void;
  },
) => Promise<{ readonly image: Image; readonly pulled: boolean }>;

/** What building needs of other parts. Each is made when a step first wants it. */
export interface BuildDependencies {
  readonly ensureBaseImage: EnsureBaseImage;
  readonly runtime: () => Promise<Runtime>;
  readonly networking: () => Promise<Networking>;
  /** Of this machine. */
  readonly platform: Platform;
}
