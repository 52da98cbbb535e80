import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { completePath } from '../../../../src/tui/forms/complete-path.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

it('goes on as far as there is only one way', () => {
  using folder = tempFolder();
  for (const name of ['examples/web', 'examples/worker', 'exit', 'single-thing/inside']) {
    mkdirSync(folder.at(name), { recursive: true });
  }
  writeFileSync(folder.at('simple.txt'), '');
  symlinkSync('examples', folder.at('link-to-examples'));
  const at = { cwd: folder.path, home: folder.path };
  const folders = (text: string) => textOf(completePath(text, { ...at, want: 'folder' }));
  expect(folders('s')).toBe('single-thing/');
  expect(textOf(completePath('s', { ...at, want: 'file' }))).toBe('si');
  expect(folders('examples/we')).toBe('examples/web/');
  expect(folders('~/examples/we')).toBe('~/examples/web/');
  expect(folders(folder.at('examples/we'))).toBe(`${folder.at('examples/web')}/`);
  expect(folders('link')).toBe('link-to-examples/');
  // Whole already, or nothing at all.
  for (const text of ['exit', 'nothing', 'no/such', '', 'examples/']) expect(folders(text)).toBeUndefined();
});

it('tells the names to choose from where there are several ways, hidden ones only when they are asked for', () => {
  using folder = tempFolder();
  for (const name of ['examples/web', 'examples/worker', 'exit', '.git', '.github']) {
    mkdirSync(folder.at(name), { recursive: true });
  }
  writeFileSync(folder.at('examples/Dockerfile'), '');
  const at = { cwd: folder.path, home: folder.path };
  const complete = (text: string, want: 'folder' | 'file') => completePath(text, { ...at, want });
  expect(complete('ex', 'folder')).toEqual({ choices: ['examples/', 'exit/'] });
  expect(complete('examples/w', 'folder')).toEqual({ choices: ['web/', 'worker/'] });
  expect(complete('examples/', 'file')).toEqual({ choices: ['Dockerfile', 'web/', 'worker/'] });
  expect(complete('.g', 'folder')).toEqual({ text: '.git' });
});

function textOf(found: ReturnType<typeof completePath>): string | undefined {
  return found !== undefined && 'text' in found ? found.text : undefined;
}
