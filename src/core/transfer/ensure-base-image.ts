import type { Emit } from '../../engine/start-operation.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import { platformMatches } from '../../oci/platform-match.ts';
import { parsePlatform } from '../../oci/platform-parse.ts';
import type { CoreServices } from '../core-services.ts';
import { hostPlatform } from '../host/host-platform.ts';
import { noSuchImage } from '../images/find-image.ts';
import type { GarbageRoots } from '../images/garbage.ts';
import type { Image } from '../images/image-store.ts';
import type { RegistryClient } from '../registry/registry-client.ts';

export interface BaseImageOptions {
  readonly pullPolicy: 'missing' | 'always' | 'never';
  /** `os/arch[/variant]`; an image here for another one counts as missing. */
  readonly platform?: string | undefined;
  /** What keeps things besides images: see `PullRequest`. */
  readonly roots?: readonly GarbageRoots[] | undefined;
  /** Made when something must be pulled. */
  readonly registry: () => Promise<RegistryClient>;
  readonly emit: Emit<TransferEvent>;
  readonly signal: AbortSignal;
}

/** The image a name means, pulled first if the policy says so. Rejects as a pull does, or `not-found` with `never`. */
export async function ensureBaseImage(
  services: CoreServices,
  reference: string,
  options: BaseImageOptions,
): Promise<Image> {
  const { pullPolicy, platform, roots, emit, signal } = options;
  const here = services.images.findBase(reference);
  const fits =
    here !== undefined &&
    (platform === undefined || platformMatches(here.config, parsePlatform(platform, hostPlatform())));
  if (fits && pullPolicy !== 'always') return here;
  if (pullPolicy === 'never') throw noSuchImage(reference);
  const { pullReferences } = await import('./pull-references.ts');
  const registry = await options.registry();
  const [pulled] = await pullReferences({ services, roots, registry, reference, platform, emit, signal });
  const image = pulled && services.images.get(pulled.id);
  if (image === undefined) throw noSuchImage(reference);
  return image;
}
