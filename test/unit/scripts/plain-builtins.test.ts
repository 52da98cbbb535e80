import { expect, it } from 'vitest';
import { plainBuiltins } from '../../../scripts/build/plain-builtins.ts';

it("takes names of Node's modules from the modules, and leaves all other imports", () => {
  const code = [
    'import { a as b, constants } from "./base-12345678.js";',
    'import { constants as constants$1, openSync } from "node:fs";',
    'import { open, rm as remove } from "node:fs/promises";',
    'import fs from "node:fs";',
    'import * as path from "node:path";',
    'import React from "react";',
    'const text = 1;',
  ];
  expect(plainBuiltins(code.join('\n')).split('\n')).toEqual([
    code[0],
    'const { constants: constants$1, openSync } = process.getBuiltinModule("node:fs");',
    [
      'const open = (...given) => process.getBuiltinModule("node:fs/promises").open(...given);',
      'const remove = (...given) => process.getBuiltinModule("node:fs/promises").rm(...given);',
    ].join(' '),
    ...code.slice(3),
  ]);
});

it('looks at nothing behind the imports a file begins with', () => {
  const code = 'const text = `\nimport { openSync } from "node:fs";\n`;';
  expect(plainBuiltins(code)).toBe(code);
});
