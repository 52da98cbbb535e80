import type { CommandContext } from './command-context.ts';
import { flag, list, text } from './option-spec.ts';
import type { TableView } from './table.ts';

const formatHelp =
  "Output format: 'table', 'table TEMPLATE', 'json', or a Go template such as '{{.ID}}: {{.Size}}'";

/** `--format` of every list. */
export const formatOption = text(formatHelp);
/** `--filter` of a list; `known` are the keys it takes. */
export function filterOption(known: readonly string[]) {
  const help = `Show only what matches (key=value); keys: ${known.join(', ')}`;
  return list(help, { short: 'f', valueName: 'filter' });
}
/** `-q`. */
export const quietOption = flag('Print nothing but IDs', { short: 'q' });
/** `--no-trunc`. */
export const noTruncOption = flag('Print everything in full');

/** What the options of a list ask of its table. */
export function tableView(
  ctx: CommandContext,
  options: { readonly format?: string | undefined; readonly quiet?: boolean; readonly noTrunc?: boolean },
): TableView {
  return {
    format: options.format,
    quiet: options.quiet ?? false,
    full: options.noTrunc ?? false,
    nowMs: ctx.now(),
  };
}
