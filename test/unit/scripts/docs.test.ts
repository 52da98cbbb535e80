import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { referencePages } from '../../../scripts/docs/reference-pages.ts';
import { allCommands } from '../../../src/app/commands/all-commands.ts';

const folder = join(import.meta.dirname, '../../../docs/reference');

it('has a reference as new as the declarations (node scripts/docs.ts)', async () => {
  const pages = referencePages(await allCommands());
  expect((await readdir(folder)).toSorted()).toEqual([...pages.keys()].toSorted());
  for (const [name, text] of pages) expect(await readFile(join(folder, name), 'utf8'), name).toBe(text);
});

it('links to sections that are there', async () => {
  const pages = referencePages(await allCommands());
  const links = [...(pages.get('README.md') ?? '').matchAll(/\]\(([a-z]+\.md)#([a-z-]+)\)/g)];
  expect(links.length).toBeGreaterThan(40);
  for (const [, page = '', anchor] of links) {
    const titles = [...(pages.get(page) ?? '').matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
      title.replaceAll(' ', '-'),
    );
    expect(titles).toContain(anchor);
  }
});
