/** Things some engine cannot do. A surface greys what is missing, with the reason. */
export type Capability =
  | 'image.build'
  | 'image.push'
  | 'image.import'
  | 'container.run'
  | 'container.pause'
  | 'container.stats'
  | 'network.bridge'
  | 'resources.limits'
  | 'build.cache';

/** Why not, in one sentence; absent: it can. */
export type Capabilities = Readonly<Partial<Record<Capability, string>>>;
