/** How mounts below a bind spread between it and the machine (mount_namespaces(7)). */
export const mountPropagations: readonly string[] = [
  'private',
  'rprivate',
  'shared',
  'rshared',
  'slave',
  'rslave',
];
