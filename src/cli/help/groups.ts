/** Nouns with verbs of their own, in the order help lists them. */
export const groups: Readonly<Record<string, string>> = {
  builder: 'Manage the build cache',
  container: 'Manage containers',
  image: 'Manage images',
  manifest: 'Look at images on their registries, and list them by platform',
  network: 'Manage networks',
  plugin: 'Look at plugins',
  registry: 'Log in to registries and search them',
  system: 'Look at the engine and clean up',
  volume: 'Manage volumes',
};
