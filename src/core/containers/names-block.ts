/** The default network has no names but those of links, as Docker's. */
export const namelessNetwork = 'bridge';

const begin = '# Names on its networks, kept by gantry';
const end = '# End of names';

/** A hosts file with its block of names replaced; what stands around the block is the container's own. No lines: no block. */
export function replaceNamesBlock(text: string, lines: readonly string[]): string {
  const from = text.indexOf(`${begin}\n`);
  const to = from < 0 ? -1 : text.indexOf(`${end}\n`, from);
  const before = from < 0 ? text : text.slice(0, from);
  const after = to < 0 ? '' : text.slice(to + end.length + 1);
  const block = lines.length === 0 ? '' : `${[begin, ...lines, end].join('\n')}\n`;
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  return `${before}${gap}${block}${after}`;
}
