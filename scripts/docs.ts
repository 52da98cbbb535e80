import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { allCommands } from '../src/app/commands/all-commands.ts';
import { referencePages } from './docs/reference-pages.ts';

/** Writes docs/reference from the declarations of the commands, and takes away what no longer has one. */
const folder = join(dirname(import.meta.dirname), 'docs/reference');
const pages = referencePages(await allCommands());
await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) if (!pages.has(name)) await rm(join(folder, name));
for (const [name, text] of pages) await writeFile(join(folder, name), text);
