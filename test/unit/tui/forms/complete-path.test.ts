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
  const folders = (text: string) => completePath(text, { ...at, want: 'folder' });
  expect(folders('s')).toBe('single-thing/');
  expect(completePath('s', { ...at, want: 'file' })).toBe('si');
  expect(folders('examples/we')).toBe('examples/web/');
  expect(folders('~/examples/we')).toBe('~/examples/web/');
  expect(folders(folder.at('examples/we'))).toBe(`${folder.at('examples/web')}/`);
  expect(folders('link')).toBe('link-to-examples/');
  // Whole already, in two ways, or nothing at all.
  for (const text of ['exit', 'examples/w', 'ex', 'nothing', 'no/such', '', 'examples/']) {
    expect(folders(text)).toBeUndefined();
  }
});
