import type { ImageDetails } from '../../../engine/images.ts';
import type { ContainerConfig } from '../../../oci/image-config.ts';
import { withLeftOut } from '../present/left-out.ts';

/** An image in the shape of Docker's `inspect`, whose fields scripts and templates name. */
export function imageDocument(image: ImageDetails): Readonly<Record<string, unknown>> {
  const { config } = image;
  const document = {
    Id: image.id,
    RepoTags: image.names,
    RepoDigests: image.repoDigests,
    Parent: '',
    Comment: config.history?.at(-1)?.comment ?? '',
    Created: image.createdAt,
    Container: '',
    ContainerConfig: containerConfig({}),
    DockerVersion: '',
    Author: config.author ?? '',
    Config: containerConfig(config.config ?? {}),
    Architecture: image.platform.architecture,
    ...(image.platform.variant !== undefined && { Variant: image.platform.variant }),
    Os: image.platform.os,
    Size: image.sizeBytes,
    VirtualSize: image.sizeBytes,
    GraphDriver: { Name: 'overlay2', Data: layerFolders(image) },
    RootFS: { Type: 'layers', Layers: image.layers },
    Metadata: { LastTagTime: '0001-01-01T00:00:00Z' },
    Descriptor: { digest: image.manifestDigest },
  };
  return withLeftOut(document, { Variant: '', OsVersion: '' });
}

/** Nothing has an image as a whole mounted. */
function layerFolders({ layerDetails }: ImageDetails) {
  const [upper, ...lower] = layerDetails.flatMap(({ folder }) => folder ?? []).toReversed();
  if (upper === undefined) return null;
  return {
    ...(lower.length > 0 && { LowerDir: lower.join(':') }),
    MergedDir: '',
    UpperDir: upper,
    WorkDir: '',
  };
}

/** With what a container has and an image has not: empty, as in Docker's. */
function containerConfig(config: ContainerConfig) {
  const document = {
    Hostname: '',
    Domainname: '',
    User: '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
    Env: null,
    Cmd: null,
    Image: '',
    Volumes: null,
    WorkingDir: '',
    Entrypoint: null,
    OnBuild: null,
    Labels: null,
    ...config,
  };
  return withLeftOut(document, {
    ArgsEscaped: false,
    ExposedPorts: {},
    Healthcheck: null,
    MacAddress: '',
    NetworkDisabled: false,
    Shell: [],
    StopSignal: '',
    StopTimeout: null,
  });
}
