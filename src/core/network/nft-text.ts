import type { TableFamily } from '../host/netlink/netfilter.ts';

/** Deletes a table, there or not. */
export function withoutTable(family: TableFamily, table: string): string {
  return `table ${family} ${table} {}\ndelete table ${family} ${table}\n`;
}

/** What a set or map has in it from the beginning; none: nothing is said, which is how nft wants it. */
export function elements(items: readonly string[]): string {
  return items.length === 0 ? '' : `elements = { ${items.join(', ')} };`;
}
