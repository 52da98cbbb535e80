import { expect, it } from 'vitest';
import { programFile } from '../../../scripts/build/program-file.ts';

it("hands a file's lazy imports to the loader, and looks up functions of heavy modules when they are called", () => {
  const code = [
    'const require_base = require("./base-12345678.js");',
    'let node_fs = require("node:fs"), node_fs_promises = require("node:fs/promises");',
    'const list = async () => (await Promise.resolve().then(() => require("./list-12345678.js"))).list;',
    'const own = () => Promise.resolve().then(() => own_exports);',
  ];
  expect(programFile(code.join('\n')).split('\n').slice(1, -1)).toEqual([
    code[0],
    'let node_fs = require("node:fs"), node_fs_promises = require.whenCalled("node:fs/promises");',
    'const list = async () => (await require.later("./list-12345678.js")).list;',
    code[3],
  ]);
});
