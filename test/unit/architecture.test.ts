import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadTogether } from '../../scripts/build/load-together.ts';
import { type Import, readImports } from '../support/read-imports.ts';

/**
 * Which part may import from which. A file belongs to the part with the longest path it lies below; a part may always
 * import from itself. A new arrow is a decision: make it in this table, and in ARCHITECTURE.md.
 */
const base = ['src/base'];
const oci = [...base, 'src/oci'];
const port = [...oci, 'src/engine'];
const host = [...port, 'src/core/engine-dirs.ts', 'src/core/host'];
const stores = [...host, 'src/core/metadata', 'src/core/content'];
const snapshots = [...stores, 'src/core/snapshots', 'src/core/layers'];
const images = [...snapshots, 'src/core/images', 'src/core/core-services.ts'];
const beside = [...host, 'src/core/metadata'];
// How a root file system is mounted is said by whoever keeps it.
const besideMounts = [...beside, 'src/core/snapshots/snapshotter.ts'];
const transfer = [...images, 'src/core/registry', 'src/core/transfer'];
const app = [...port, 'src/app'];
const arrows: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/oci': base,
  'src/engine': oci,
  'src/core/engine-dirs.ts': [],
  'src/core/host': host,
  'src/core/metadata': host,
  'src/core/content': beside,
  'src/core/snapshots': stores,
  'src/core/layers': stores,
  'src/core/files': [...host, 'src/core/layers'],
  'src/core/images': snapshots,
  'src/core/core-services.ts': [...snapshots, 'src/core/images'],
  'src/core/registry': stores,
  'src/core/runtime': besideMounts,
  'src/core/network': beside,
  'src/core/volumes': [...besideMounts, 'src/core/layers', 'src/core/files'],
  'src/core/transfer': transfer,
  'src/core/build': [...transfer, 'src/core/runtime', 'src/core/network'],
  'src/core/containers': [
    ...transfer,
    'src/core/files',
    'src/core/runtime',
    'src/core/network',
    'src/core/volumes',
  ],
  'src/core/system': images,
  // Looks at what every part keeps.
  'src/core/integrity': [
    ...transfer,
    'src/core/build',
    'src/core/containers',
    'src/core/runtime',
    'src/core/network',
    'src/core/volumes',
  ],
  // What is left of src/core composes all the parts above into the port.
  'src/core': [...port, 'src/core'],
  'src/docker': port,
  'src/app': port,
  'src/plugin': app,
  'src/cli': app,
  'src/tui': app,
  'src/main.ts': ['src'],
  plugins: ['gantry'],
};

/** Packages that only some parts may import: what is heavy, and what touches the machine. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'node:child_process': ['src/core/host', 'src/tui/terminal'],
  koffi: ['src/core/host'],
  'node:sqlite': ['src/core/metadata', 'src/app/storage'],
  lowdb: ['src/app/storage'],
  react: ['src/tui'],
  ink: ['src/tui'],
  'ink-text-input': ['src/tui'],
  blessed: ['src/tui'],
  'blessed-contrib': ['src/tui'],
  'node-pty': ['src/tui/terminal'],
  '@xterm/headless': ['src/tui/terminal'],
};

const root = join(import.meta.dirname, '../..');
const files = await readImports(root, '{src,plugins}/**/*.{ts,tsx}');
const imports = [...files.values()].flat();
const parts = Object.keys(arrows).toSorted((a, b) => b.length - a.length);
const partOf = (path: string) => parts.find((part) => within(path, part));

describe('the parts of gantry', () => {
  it('are read from more than a handful of files', () => {
    expect(files.size).toBeGreaterThan(100);
    expect(imports.length).toBeGreaterThan(files.size);
  });

  it('have a place for every file', () => {
    expect([...files.keys()].filter((path) => partOf(path) === undefined)).toEqual([]);
  });

  it('import only downwards', () => {
    const wrong = imports.filter(({ from, to }) => {
      const part = partOf(from);
      if (part === undefined || !within(to, 'src')) return false;
      return (
        partOf(to) !== part && !arrows[part]?.some((allowed) => partOf(to) === allowed || within(to, allowed))
      );
    });
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('leave heavy packages, processes and the kernel to those they belong to', () => {
    const wrong = imports.filter(
      ({ from, to, typeOnly }) => !typeOnly && packages[to]?.every((part) => !within(from, part)),
    );
    expect(wrong.map(arrow)).toEqual([]);
  });

  it('show plugins nothing but the plugin API', () => {
    const wrong = imports.filter(({ from, to }) => within(from, 'plugins') && within(to, 'src'));
    expect(wrong.map(arrow)).toEqual([]);
  });
});

describe('what every command loads', () => {
  const filesOf = (group: string) => (loadTogether[group] ?? []).map((name) => `src/${name}.ts`);
  const loaded = loadedAtOnce(['src/main.ts', ...filesOf('base')]);

  it('is a part of gantry, and not a small one', () => {
    expect(loaded.size).toBeGreaterThan(50);
    expect([...loaded].filter((path) => within(path, 'src') && !files.has(path))).toEqual([]);
    const named = Object.values(loadTogether).flat();
    expect(named.filter((name) => !files.has(`src/${name}.ts`))).toEqual([]);
  });

  it('has nothing of the screen, of builds, of registries and of layers', () => {
    const parts = ['src/tui', 'src/core/build', 'src/core/registry', 'src/core/transfer', 'src/core/layers'];
    expect([...loaded].filter((path) => parts.some((part) => within(path, part)))).toEqual([]);
  });

  it('has all that lists of images share with running containers: neither loads the other', () => {
    const run = loadedAtOnce([...filesOf('step'), ...filesOf('run')]);
    const shared = [...loadedAtOnce(filesOf('images'))].filter(
      (path) => run.has(path) && within(path, 'src'),
    );
    expect(shared.filter((path) => !loaded.has(path))).toEqual([]);
  });

  it('has no package, and nothing of Node that is slow to load', () => {
    const cheap = ['fs', 'module', 'os', 'path', 'sqlite', 'timers/promises'];
    const allowed = new Set([...cheap, 'tty', 'url', 'util'].map((name) => `node:${name}`));
    expect(
      [...loaded].filter((path) => !within(path, 'src') && !within(path, 'themes') && !allowed.has(path)),
    ).toEqual([]);
  });
});

/** Whatever is evaluated before the first `import()`, from these files on. */
function loadedAtOnce(roots: readonly string[]): ReadonlySet<string> {
  const seen = new Set(roots);
  for (const path of seen) {
    for (const { to, typeOnly, lazy } of files.get(path) ?? []) {
      if (!typeOnly && !lazy) seen.add(to);
    }
  }
  return seen;
}

function within(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}/`);
}

function arrow({ from, to }: Import): string {
  return `${from} → ${to}`;
}
