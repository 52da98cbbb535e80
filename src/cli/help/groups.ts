/** Nouns with verbs of their own, in the order help lists them. */
export const groups: Readonly<Record<string, string>> = {
  builder: 'Manage the build cache',
  container: 'Manage containers',
  image: 'Manage images',
  network: 'Manage networks',
  system: 'Look at the engine and clean up',
  volume: 'Manage volumes',
};
