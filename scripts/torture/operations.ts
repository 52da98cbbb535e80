import type { TortureStand } from './stand.ts';

/** Something that changes the store, to be killed. */
export interface Operation {
  readonly name: string;
  /** Brings about what it needs. Must work. */
  prepare(stand: TortureStand): Promise<void>;
  /** Words of the command line. */
  args(stand: TortureStand): readonly string[];
  /** Names that are there once it has ended well, whatever happens then. */
  readonly gives?: (stand: TortureStand) => readonly string[];
  /** It takes images away. */
  readonly removes?: boolean;
  /** Whether this failure is one a person would expect after a kill: what was to be done had been done. */
  readonly doneAlready?: RegExp;
}

const nothing = async (): Promise<void> => undefined;
/** The second image has all layers of the first. */
const pulled = async ({ gantry, images }: TortureStand): Promise<void> => {
  await gantry.must('pull', '-q', images[1]);
};

export const operations: readonly Operation[] = [
  {
    name: 'pull',
    prepare: forget,
    args: ({ images }) => ['pull', '-q', images[1]],
    gives: ({ images }) => [images[1]],
  },
  {
    name: 'load',
    prepare: forget,
    args: ({ archive }) => ['load', '-q', '-i', archive],
    gives: ({ images }) => images,
  },
  {
    name: 'push',
    async prepare(stand) {
      await stand.gantry.must('build', '-q', '-t', stand.pushName, stand.context);
    },
    args: ({ pushName }) => ['push', '-q', pushName],
  },
  {
    name: 'rmi',
    prepare: pulled,
    args: ({ images }) => ['rmi', '-f', images[1]],
    removes: true,
    doneAlready: /No such image/,
  },
  {
    name: 'tag',
    prepare: pulled,
    args: ({ images }) => ['tag', images[1], 'renamed:1'],
    gives: () => ['renamed:1'],
  },
  {
    name: 'prune',
    prepare: pulled,
    args: () => ['image', 'prune', '-af'],
    removes: true,
  },
  {
    name: 'build',
    prepare: async ({ gantry }) => void (await gantry.must('builder', 'prune', '-af')),
    args: ({ context }) => ['build', '-q', '-t', 'built:1', context],
    gives: () => ['built:1'],
  },
  {
    name: 'import',
    prepare: nothing,
    args: ({ tar }) => ['import', tar, 'imported:1'],
    gives: () => ['imported:1'],
  },
  {
    name: 'save',
    prepare: pulled,
    args: ({ images, root }) => ['save', '-o', root.at('saved.tar'), images[1]],
  },
  { name: 'run', prepare: pulled, args: ({ images }) => ['run', '--rm', images[1], 'true'] },
];

async function forget({ gantry, images }: TortureStand): Promise<void> {
  await gantry('rmi', '-f', ...images);
}
