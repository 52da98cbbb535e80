import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readIfThere } from '../../../../src/core/registry/user-files.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

describe("a user's file", () => {
  it('is read where it is there', () => {
    using folder = tempFolder();
    expect(readIfThere(folder.at('none'))).toBeUndefined();
    writeFileSync(folder.at('some'), '{}');
    expect(readIfThere(folder.at('some'))).toBe('{}');
  });

  it('that is a folder, a pipe nobody writes to, or huge is refused by its name', () => {
    using folder = tempFolder();
    mkdirSync(folder.at('folder'));
    execFileSync('mkfifo', [folder.at('pipe')]);
    writeFileSync(folder.at('huge'), Buffer.alloc(1024 * 1024 + 1));
    for (const name of ['folder', 'pipe', 'huge']) {
      expect(() => readIfThere(folder.at(name))).toThrow(
        expect.objectContaining({ code: 'bad-user-file', message: expect.stringContaining(folder.at(name)) }),
      );
    }
  });
});
