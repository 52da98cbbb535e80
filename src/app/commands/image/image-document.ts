import type { ImageDetails } from '../../../engine/images.ts';

/** An image in the shape of Docker's `inspect`, whose fields scripts and templates name. */
export function imageDocument(image: ImageDetails): Readonly<Record<string, unknown>> {
  const { config } = image;
  return {
    Id: image.id,
    RepoTags: image.names,
    RepoDigests: image.repoDigests,
    Parent: '',
    Comment: config.history?.at(-1)?.comment ?? '',
    Created: image.createdAt,
    Author: config.author ?? '',
    Config: {
      User: '',
      Env: null,
      Cmd: null,
      Entrypoint: null,
      WorkingDir: '',
      Labels: null,
      ...config.config,
    },
    Architecture: image.platform.architecture,
    ...(image.platform.variant !== undefined && { Variant: image.platform.variant }),
    Os: image.platform.os,
    Size: image.sizeBytes,
    GraphDriver: { Name: 'overlay2', Data: null },
    RootFS: { Type: 'layers', Layers: image.layers },
    Descriptor: { digest: image.manifestDigest },
  };
}
