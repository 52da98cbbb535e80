/**
 * Modules that are needed together, as one file each: to find, read and link a file takes longer than to read a
 * hundred lines more. Given by what is imported lazily; what that imports at once comes with it, unless an earlier file
 * has it. All else is split where it is imported by `import()`.
 */
export const loadTogether: Readonly<Record<string, readonly string[]>> = {
  /** Every command: words to command, engine, records, containers; output. */
  base: [
    'cli/global-options',
    'cli/run-cli',
    'cli/show/show-outcome',
    'app/commands/argument-spec',
    'app/commands/command-index',
    'app/commands/container/list',
    'core/host/end-process',
    'core/open-core',
    'core/open-services',
    'core/metadata/open-metadata',
    'core/containers/create-containers',
    'core/containers/list-containers',
    'core/containers/record-copy',
  ],
  /** What containers and build steps have in common. */
  step: [
    'core/host/make-node',
    'core/host/start-process',
    'core/network/host-resolver',
    'core/network/identity-texts',
    'core/runtime/user/resolve-user',
  ],
  /** What is done with containers that run. */
  living: [
    'app/commands/container/exec',
    'app/commands/container/stop',
    'cli/show/show-session',
    'core/containers/attach-container',
    'core/containers/end-container',
    'core/runtime/exec-session',
    'core/runtime/open-runtime',
    'core/runtime/send-signal',
    'core/runtime/start-exec',
  ],
  /** Addresses and ports, given back when a container ends. */
  networking: ['core/network/create-networking'],
  /** A container from its making to its end. */
  run: [
    'app/commands/container/run',
    'core/containers/create-container',
    'core/containers/start-container',
    'core/containers/wait-container',
    'core/containers/remove-container',
    'core/network/connect-endpoint',
    'core/runtime/prepare-spec',
    'core/runtime/launch',
    'core/runtime/attach-session',
    'core/runtime/release-start',
    'core/volumes/open-volume-store',
  ],
  /** Lists of images. */
  images: [
    'app/commands/image/list',
    'core/assemble-images',
    'core/images/image-filters',
    'core/images/image-history',
  ],
  /** Layers in and out. */
  layers: [
    'core/content/ingest',
    'core/images/prune-images',
    'core/images/write-image',
    'core/layers/apply-layer',
    'core/layers/diff-layer',
  ],
  build: ['app/commands/image/build', 'cli/show/show-build', 'core/assemble-builds'],
};
