import { GantryError } from '../../base/gantry-error.ts';
import type { ContainerSummary } from '../../engine/containers.ts';
import { checkFilterKeys, filterKeys } from '../../engine/filter-keys.ts';
import { type Filters, hasLabel } from '../../engine/filters.ts';

/** What a filter cannot see in the summary itself. */
export interface FilterFacts {
  /** Whether the container's image is the named one or built on it. */
  readonly descendsFrom: (container: ContainerSummary, image: string) => boolean;
  /** When a container named in `before` or `since` was created. Throws `not-found`. */
  readonly createdAt: (idOrName: string) => string;
  /** Names of volumes and places they are mounted at, sources of binds too. */
  readonly mountNames: (container: ContainerSummary) => readonly string[];
  readonly exposedPorts: (container: ContainerSummary) => readonly string[];
}

type Test = (container: ContainerSummary, value: string, facts: FilterFacts) => boolean;

const states: readonly string[] = [
  'created',
  'restarting',
  'running',
  'removing',
  'paused',
  'exited',
  'dead',
];

/** Docker's `--filter` of `ps`. Values of one key are alternatives, but several labels must all be there. */
const tests: Readonly<Record<(typeof filterKeys.containers)[number], Test>> = {
  id: (container, value) => container.id.startsWith(value),
  name: ({ name }, value) => nameMatches(name, value),
  label: ({ labels }, value) => hasLabel(labels, value),
  status: ({ state }, value) => state === value,
  exited: ({ state, exitCode }, value) => state === 'exited' && exitCode === Number(value),
  ancestor: (container, value, facts) => facts.descendsFrom(container, value),
  before: ({ createdAt }, value, facts) => createdAt < facts.createdAt(value),
  since: ({ createdAt }, value, facts) => createdAt > facts.createdAt(value),
  volume: (container, value, facts) => facts.mountNames(container).includes(value),
  network: ({ networks }, value) => networks.includes(value),
  publish: ({ ports }, value) => {
    const wanted = portRange(value);
    return ports.some((port) => port.hostPort > 0 && wanted.has(port.protocol, port.hostPort));
  },
  expose: (container, value, facts) => {
    const wanted = portRange(value);
    return facts.exposedPorts(container).some((text) => {
      const [port, protocol = 'tcp'] = text.split('/');
      return wanted.has(protocol, Number(port));
    });
  },
  health: ({ health }, value) => health === value,
  // No container of ours is a task of a swarm.
  'is-task': (_container, value) => value === 'false' || value === '0',
};

/** What a value must look like, where not every text will do. */
const valueChecks: Readonly<Record<string, (value: string) => boolean>> = {
  status: (value) => states.includes(value),
  exited: (value) => /^-?\d+$/.test(value),
  publish: (value) => portPattern.test(value),
  expose: (value) => portPattern.test(value),
  health: (value) => ['none', 'starting', 'healthy', 'unhealthy'].includes(value),
};

/** Whether the container passes filters that {@link checkFilters} let through. */
export function matchesFilters(container: ContainerSummary, filters: Filters, facts: FilterFacts): boolean {
  return Object.entries(filters).every(([key, values]) => {
    const test = tests[key as keyof typeof tests] as Test | undefined;
    if (test === undefined || values.length === 0) return true;
    return key === 'label'
      ? values.every((value) => test(container, value, facts))
      : values.some((value) => test(container, value, facts));
  });
}

/** Throws `invalid` / `bad-filter` for a key or value there is not, also when no container is there to be tested. */
export function checkFilters(filters: Filters): void {
  checkFilterKeys(filters, filterKeys.containers);
  for (const [key, values] of Object.entries(filters)) {
    const isGood = Object.hasOwn(valueChecks, key) ? valueChecks[key] : undefined;
    const bad = values.find((value) => isGood?.(value) === false);
    if (bad !== undefined) throw badFilter(`invalid filter '${key}=${bad}'`);
  }
}

/** Whether these filters ask for containers that do not run. */
export function asksForAll(filters: Filters): boolean {
  return ['status', 'exited', 'before', 'since'].some((key) => (filters[key]?.length ?? 0) > 0);
}

/** A part of the name or a regular expression, with or without Docker's slash in front. */
function nameMatches(name: string, pattern: string): boolean {
  if (name === pattern || `/${name}` === pattern) return true;
  try {
    const expression = new RegExp(pattern.slice(0, 256));
    return expression.test(name) || expression.test(`/${name}`);
  } catch {
    return name.includes(pattern);
  }
}

/** `80`, `80/udp`, `8000-8080/tcp`. */
const portPattern = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/;

function portRange(text: string): { readonly has: (protocol: string, port: number) => boolean } {
  const [, first, last = first, protocol = 'tcp'] = portPattern.exec(text) ?? [];
  return {
    has: (of, port) => of === protocol && port >= Number(first) && port <= Number(last),
  };
}

function badFilter(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-filter', message });
}
