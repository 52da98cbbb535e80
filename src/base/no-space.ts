/** What to do when a disk, or a user's share of it, is full. */
export const noSpaceHint =
  'see what takes it with "gantry system df", and free some with "gantry system prune"';
