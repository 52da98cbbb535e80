import type { EngineEvent } from '../../../engine/events.ts';
import { checkFilterKeys } from '../../../engine/filter-keys.ts';
import type { Filters } from '../../../engine/filters.ts';
import { defineCommand } from '../define-command.ts';
import { filterOption } from '../list-options.ts';
import { text } from '../option-spec.ts';
import { parseFilters } from '../parse-filters.ts';
import { parseTime } from '../parse-time.ts';
import { type EventDocument, eventDocument, eventLine } from './event-document.ts';

const knownFilters = [
  'container',
  'daemon',
  'event',
  'image',
  'label',
  'network',
  'plugin',
  'scope',
  'type',
  'volume',
] as const;

export const systemEvents = defineCommand({
  id: 'system.events',
  verbs: ['events', 'system events'],
  summary: 'Show what happens, as it happens',
  args: {},
  options: {
    filter: filterOption(knownFilters),
    format: text("Output format: 'json', or a Go template such as '{{.Type}} {{.Action}}'"),
    since: text('Begin at a time (2026-03-01T10:00:00Z) or an age (10m)'),
    until: text('End at a time (2026-03-01T10:00:00Z) or an age (10m)'),
  },
  async run(ctx, { options }) {
    const events = ctx.engine.events({
      signal: ctx.signal,
      since: options.since === undefined ? undefined : parseTime(options.since, ctx.now()),
      until: options.until === undefined ? undefined : parseTime(options.until, ctx.now()),
    });
    const matches = eventFilter(parseFilters(options.filter));
    return { kind: 'feed', entries: entries(events, matches), format: options.format };
  },
});

async function* entries(events: AsyncIterable<EngineEvent>, matches: (document: EventDocument) => boolean) {
  for await (const event of events) {
    const document = eventDocument(event);
    if (document !== undefined && matches(document))
      yield { line: eventLine(event.time, document), document };
  }
}

/** Docker's filters: any value of a key, all keys. */
function eventFilter(filters: Filters): (document: EventDocument) => boolean {
  checkFilterKeys(filters, knownFilters);
  const tests = Object.entries(filters).map(([key, values]) => {
    const test = filterTests[key as keyof typeof filterTests];
    return (document: EventDocument) => values.some((value) => test(document, value));
  });
  return (document) => tests.every((test) => test(document));
}

const named =
  (type: EventDocument['Type']) =>
  ({ Type, Actor }: EventDocument, value: string): boolean =>
    Type === type && (Actor.ID.startsWith(value) || Actor.Attributes['name'] === value);

const filterTests: Readonly<
  Record<(typeof knownFilters)[number], (document: EventDocument, value: string) => boolean>
> = {
  type: ({ Type }, value) => Type === value,
  event: ({ Action }, value) => Action === value || Action.startsWith(`${value}:`),
  container: named('container'),
  scope: ({ scope }, value) => scope === value,
  daemon: () => false,
  plugin: () => false,
  image: (document, value) => named('image')(document, value) || document.Actor.Attributes['image'] === value,
  volume: named('volume'),
  network: named('network'),
  // A container's own words come along as attributes.
  label: ({ Actor }, value) => {
    const at = value.indexOf('=');
    const key = at < 0 ? value : value.slice(0, at);
    const found = Object.hasOwn(Actor.Attributes, key) ? Actor.Attributes[key] : undefined;
    return found !== undefined && (at < 0 || found === value.slice(at + 1));
  },
};
