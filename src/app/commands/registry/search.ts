import { GantryError } from '../../../base/gantry-error.ts';
import type { Filters } from '../../../engine/filters.ts';
import type { SearchResult } from '../../../engine/registries.ts';
import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { ellipsis } from '../format/ellipsis.ts';
import { filterOption, formatOption, noTruncOption, tableView } from '../list-options.ts';
import { integer } from '../option-spec.ts';
import { tableOutcome } from '../outcome.ts';
import { parseFilters } from '../parse-filters.ts';
import type { Table } from '../table.ts';

export const registrySearch = defineCommand({
  id: 'registry.search',
  verbs: ['search', 'registry search'],
  summary: 'Search a registry for images',
  description:
    'Searches Docker Hub, or with `HOST[:PORT]/TERM` another registry: by its search where it has one, else in its ' +
    'catalog, which many registries do not show.',
  args: { term: one('TERM', { help: 'what to look for' }) },
  options: {
    filter: filterOption(['is-automated', 'is-official', 'stars']),
    format: formatOption,
    limit: integer('Most results', { initial: 25 }),
    noTrunc: noTruncOption,
  },
  async run(ctx, { args, options }) {
    if (options.limit < 1 || options.limit > 100) {
      throw bad(`limit ${options.limit} is outside the range of [1, 100]`);
    }
    const wanted = matcher(parseFilters(options.filter));
    const found = await ctx.engine.registries.search(args.term, { limit: options.limit, signal: ctx.signal });
    return tableOutcome(searchTable, found.filter(wanted), tableView(ctx, options));
  },
});

const longestDescription = 45;

const searchTable: Table<SearchResult> = {
  columns: ['Name', 'Description', 'StarCount', 'IsOfficial'],
  quiet: 'Name',
  fields: {
    Name: { header: 'NAME', value: ({ name }) => name },
    Description: {
      header: 'DESCRIPTION',
      value: ({ description }, { full }) => (full ? description : ellipsis(description, longestDescription)),
    },
    StarCount: { header: 'STARS', value: ({ stars }) => String(stars) },
    IsOfficial: { header: 'OFFICIAL', value: ({ official }) => (official ? '[OK]' : '') },
    IsAutomated: { header: 'AUTOMATED', value: ({ automated }) => (automated ? '[OK]' : '') },
  },
};

function matcher(filters: Filters): (result: SearchResult) => boolean {
  const tests = Object.entries(filters).map(([key, values]): ((result: SearchResult) => boolean) => {
    const value = values.at(-1) ?? '';
    switch (key) {
      case 'stars':
        if (!/^\d{1,9}$/.test(value)) throw bad(`invalid filter 'stars=${value}'`);
        return ({ stars }) => stars >= Number(value);
      case 'is-official':
        return ({ official }) => official === truth(key, value);
      case 'is-automated':
        return ({ automated }) => automated === truth(key, value);
      default:
        throw bad(`invalid filter '${key}'`);
    }
  });
  return (result) => tests.every((test) => test(result));
}

function truth(key: string, value: string): boolean {
  if (['true', '1', 't'].includes(value.toLowerCase())) return true;
  if (['false', '0', 'f'].includes(value.toLowerCase())) return false;
  throw bad(`invalid filter '${key}=${value}'`);
}

function bad(message: string): GantryError {
  return new GantryError({ kind: 'invalid', code: 'bad-search', message });
}
