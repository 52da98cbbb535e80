import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandIndex } from '../../../../src/app/commands/command-index.ts';
import { pluginCommands } from '../../../../src/app/plugins/plugin-commands.ts';
import { userPluginFolder } from '../../../../src/app/plugins/plugin-folder.ts';
import { parseManifest } from '../../../../src/app/plugins/plugin-manifest.ts';
import { pluginReports } from '../../../../src/app/plugins/plugin-report.ts';
import { tempFolder } from '../../../support/temp-folder.ts';

const root = join(import.meta.dirname, '../../../..');
const apiUrl = new URL('../../../../src/plugin/index.ts', import.meta.url).href;
// Without an import of `gantry/plugin`: what that means is told to Node, and these tests run in a loader of their own.
const hello = `
  export const plugin = {
    commands: [{
      id: 'hello.say', verbs: ['hello'], summary: 'Say hello', args: {}, options: {},
      run: async () => ({ kind: 'lines', lines: ['hi'] }),
    }],
  };`;

async function find(files: Readonly<Record<string, string>>, trusted = false) {
  const folder = tempFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(folder.at(name)), { recursive: true, mode: 0o755 });
    writeFileSync(folder.at(name), text);
  }
  const found = await pluginCommands({
    folders: [{ path: folder.path, trusted }],
    apiUrl,
    taken: commandIndex,
  });
  return { ...found, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

describe('a plugin of the user', () => {
  it('may be one file that says what it offers when it is run', async () => {
    using found = await find({ 'hello/index.js': hello });
    expect(found.warnings).toEqual([]);
    expect(found.entries).toMatchObject([{ id: 'hello.say', verbs: ['hello'], group: 'plain' }]);
    expect(await found.entries[0]?.load()).toMatchObject({ id: 'hello.say' });
  });

  it('with a manifest does not run until a command of it is used', async () => {
    const manifest = { entry: 'x.js', commands: [{ id: 'x.do', verbs: ['x do'], summary: 'Do x' }] };
    using found = await find({
      'x/gantry-plugin.json': JSON.stringify(manifest),
      'x/x.js': 'throw new Error("boom")',
    });
    expect(found.warnings).toEqual([]);
    expect(found.entries).toMatchObject([{ verbs: ['x do'], group: 'nested' }]);
    await expect(found.entries[0]?.load()).rejects.toThrow('plugin x: boom');
  });

  it('that is broken is reported with the reason, and with what its code says once it is run', async () => {
    const manifest = { entry: 'x.js', commands: [{ id: 'x.do', verbs: ['x do'], summary: 'Do x' }] };
    using found = await find({
      'broken/index.js': 'export const plugin = ;',
      'hello/index.js': hello,
      'x/gantry-plugin.json': JSON.stringify(manifest),
      'x/x.js': 'throw new Error("boom")',
    });
    expect(await pluginReports(found)).toMatchObject([
      { name: 'broken', verbs: [], problems: [expect.stringContaining('token')] },
      { name: 'hello', verbs: ['hello'], problems: [] },
      { name: 'x', verbs: ['x do'], problems: ['boom'], path: expect.stringMatching(/\/x$/) },
    ]);
  });

  it('may be a package', async () => {
    const commands = [{ id: 'hello.say', verbs: ['hello'], summary: 'Say hello' }];
    const pack = JSON.stringify({ name: 'hello', main: 'm.mjs', gantry: { commands } });
    using found = await find({ 'p/package.json': pack, 'p/m.mjs': hello, 'other/package.json': '{}' });
    expect(found.warnings).toEqual([]);
    expect(await found.entries[0]?.load()).toMatchObject({ summary: 'Say hello' });
  });

  it('that is broken costs one line and nothing else', async () => {
    using found = await find({
      'a/index.js': 'throw new Error("boom")',
      'b/gantry-plugin.json': '{',
      'c/gantry-plugin.json': '{"entry":"../../etc/passwd"}',
      'd/gantry-plugin.json': '{"entry":"none.js","commands":[]}',
      'e/index.js': 'export const plugin = { commands: [{ id: "x" }] }',
      'f/index.js': 'export const nothing = 1',
      'g/gantry-plugin.json': '{"api":99,"entry":"x.js"}',
      'ok/index.js': hello,
      '.hidden/index.js': 'throw new Error("not looked at")',
      'a file': '',
    });
    expect(found.warnings).toEqual([
      'plugin a: boom',
      'plugin b: gantry-plugin.json is not JSON',
      'plugin c: its entry is not a path inside its folder',
      'plugin d: there is no none.js',
      "plugin e: a command's id is not noun.verb",
      'plugin f: it exports no plugin',
      'plugin g: it wants plugin API 99; this gantry has 1',
    ]);
    expect(found.entries.map(({ id }) => id)).toEqual(['hello.say']);
  });

  it('cannot take the name of a command there is', async () => {
    const commands = [
      { id: 'my.stop', verbs: ['stop'], summary: 'Stop' },
      { id: 'my.own', verbs: ['own'], summary: 'Own' },
    ];
    using found = await find({
      'm/gantry-plugin.json': JSON.stringify({ entry: 'x.js', commands }),
      'm/x.js': '',
      'n/gantry-plugin.json': JSON.stringify({ name: 'm', entry: 'x.js', commands }),
      'n/x.js': '',
    });
    expect(found.warnings).toEqual([
      'plugin m: there is a command stop already',
      'plugin m: another plugin has the same name',
    ]);
    expect(found.entries.map(({ id }) => id)).toEqual(['my.own']);
  });

  it('is not run when others may have written it', async () => {
    using folder = tempFolder();
    mkdirSync(folder.at('evil'), { mode: 0o777 });
    const { chmodSync } = await import('node:fs');
    chmodSync(folder.at('evil'), 0o777);
    writeFileSync(folder.at('evil', 'index.js'), hello);
    const options = { apiUrl, taken: commandIndex };
    const found = await pluginCommands({ ...options, folders: [{ path: folder.path, trusted: false }] });
    expect(found.entries).toEqual([]);
    expect(found.warnings[0]).toContain('can be written by others');
  });

  it('lies where the user keeps configuration', () => {
    expect(userPluginFolder({ XDG_CONFIG_HOME: '/c' }).path).toBe('/c/gantry/plugins');
    expect(userPluginFolder({ XDG_CONFIG_HOME: 'rel', HOME: '/h' }).path).toBe('/h/.config/gantry/plugins');
  });
});

describe('a manifest', () => {
  it.each([
    [[], 'its manifest is not an object'],
    [{ entry: '/x' }, 'its entry is not a path inside its folder'],
    [{ entry: 'a/../../x' }, 'its entry is not a path inside its folder'],
    [{ name: 'a b', entry: 'x' }, 'its name is not a short word'],
    [{ entry: 'x', commands: {} }, 'its commands are not a list'],
    [{ entry: 'x', commands: [{ id: 'a.b', verbs: ['A'], summary: '' }] }, 'the verbs of a.b'],
    [{ entry: 'x', commands: [{ id: 'a.b', verbs: ['a'] }] }, 'a.b has no summary'],
  ])('%j is refused', (value, message) => {
    expect(() => parseManifest(value, 'folder')).toThrow(message);
  });
});

describe('the plugins of this repository', () => {
  it('load, and declare what their manifests say', async () => {
    const { entries, warnings } = await pluginCommands({
      folders: [{ path: join(root, 'plugins'), trusted: true }],
      apiUrl,
      taken: commandIndex,
    });
    expect(warnings).toEqual([]);
    expect(entries.length).toBeGreaterThan(0);
    for (const entry of entries) {
      const { id, verbs, summary } = await entry.load();
      expect({ id, verbs, summary }).toEqual({ id: entry.id, verbs: entry.verbs, summary: entry.summary });
    }
  });
});
