import { GantryError } from '../../base/gantry-error.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { BlobPush, BlobPushOptions } from './registry-client.ts';
import type { RegistrySession } from './registry-session.ts';
import { uploadBlob } from './upload-blob.ts';
import { beginUpload, hasBlob, type PushTarget } from './upload-steps.ts';

/**
 * Pushes one blob (distribution-spec "Pushing blobs"): nothing where the registry has it, else mounted from a
 * neighbour where it allows that, else uploaded.
 */
export async function pushBlob(
  session: RegistrySession,
  target: PushTarget,
  descriptor: Descriptor,
  options: BlobPushOptions,
): Promise<BlobPush> {
  const { signal, mountFrom = [] } = options;
  if (await hasBlob(session, target, descriptor, signal)) return 'exists';
  for (const from of mountFrom.filter((path) => path !== target.path)) {
    const begun = await beginUpload(session, target, { digest: descriptor.digest, from }, signal).catch(
      notAllowed,
    );
    if (begun === 'mounted') return { mountedFrom: from };
    // Registries that will not mount may refuse, or begin an upload instead; one is enough.
    if (begun !== undefined) {
      await uploadBlob(session, target, descriptor, options, begun);
      return 'pushed';
    }
  }
  await uploadBlob(session, target, descriptor, options);
  return 'pushed';
}

/** Who may push here may still be refused a token for where the blob is: then it is sent. */
function notAllowed(error: unknown): undefined {
  if (!(error instanceof GantryError) || error.kind !== 'denied') throw error;
}
