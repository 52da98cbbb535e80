import type { Builds } from './builds.ts';
import type { Capabilities } from './capabilities.ts';
import type { Containers } from './containers.ts';
import type { EngineEvent, EventOptions } from './events.ts';
import type { Images } from './images.ts';
import type { ManifestLists } from './manifest-lists.ts';
import type { Networks } from './networks.ts';
import type { Registries } from './registries.ts';
import type { System } from './system.ts';
import type { Volumes } from './volumes.ts';

/** The port: all that an app may ask of an engine, whoever implements it. */
export interface Engine extends AsyncDisposable {
  /** As shown in the title bar: `gantry`, `docker 28.5`, `ssh://host`. */
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly images: Images;
  readonly containers: Containers;
  readonly builds: Builds;
  readonly volumes: Volumes;
  readonly networks: Networks;
  readonly registries: Registries;
  readonly manifestLists: ManifestLists;
  readonly system: System;
  /** Live events from every process. The subscription stands once the first `next()` was called. */
  events(options?: EventOptions): AsyncIterable<EngineEvent>;
}
