import type { Command } from '../../app/commands/define-command.ts';
import { splitLine } from '../../app/commands/parse/split-line.ts';
import { choice, text, toggle } from './form-fields.ts';
import type { FormState, FormValues } from './form-state.ts';

/** What a form may start from. */
export interface FormStart {
  /** The word for what is selected; undefined where the command does not act on it. */
  readonly subject: string | undefined;
  readonly cwd: string;
  /** What `~` means. */
  readonly home: string | undefined;
  /** Names of the networks there are. */
  readonly networks: readonly string[];
}

/**
 * The form that asks for a command's words; undefined where it needs none beyond what is selected. `build`, `run`,
 * `pull`, `push` and `volume create` have one of their own, all others one made from the arguments they declare.
 */
export function formFor(command: Command, start: FormStart): FormState | undefined {
  return ownForms[command.id]?.(start) ?? declaredForm(command, start.subject);
}

/** The one containers join without a word. */
const defaultNetwork = 'bridge';

const ownForms: Readonly<Record<string, (start: FormStart) => FormState>> = {
  'image.build': ({ cwd, home }) => ({
    ...empty('Build an image'),
    fields: [
      text('context', 'Folder', { placeholder: cwd, offer: cwd, path: 'folder' }),
      text('tag', 'Name and tag', { placeholder: 'such as web:1' }),
      text('file', 'Dockerfile', { placeholder: 'Dockerfile in the folder', path: 'file' }),
      text('target', 'Stage', { placeholder: 'the last one' }),
      text('args', 'Build arguments', { placeholder: 'KEY=VALUE …' }),
      text('secrets', 'Secrets', { placeholder: 'id=token,src=./token or id=token,env=TOKEN …' }),
      toggle('noCache', 'Without cache'),
    ],
    lines: (values) => [
      [
        'build',
        ...option('-t', values['tag']),
        ...option('-f', untilde(values['file'] ?? '', home)),
        ...option('--target', values['target']),
        ...each('--build-arg', values['args']),
        ...each('--secret', values['secrets']),
        ...(values['noCache'] === '' ? [] : ['--no-cache']),
        untilde(values['context'] || cwd, home),
      ],
    ],
  }),
  'container.run': ({ subject, networks }) => ({
    ...empty('Run a container'),
    fields: [
      text('image', 'Image', { value: subject ?? '', placeholder: 'such as web:1', required: true }),
      text('name', 'Name', { placeholder: 'one is found for you' }),
      text('ports', 'Ports', { placeholder: '8080:80 …' }),
      text('env', 'Environment', { placeholder: 'KEY=VALUE …' }),
      text('volumes', 'Volumes', { placeholder: '/here:/there data:/var/lib …' }),
      text('command', 'Command', { placeholder: 'what the image says' }),
      choice('network', 'Network', [defaultNetwork, ...networks.filter((name) => name !== defaultNetwork)]),
      choice('restart', 'Restart', ['no', 'on-failure', 'unless-stopped', 'always']),
      text('memory', 'Memory', { placeholder: 'no limit, or such as 512m' }),
      text('cpus', 'CPUs', { placeholder: 'no limit, or such as 1.5' }),
      toggle('detach', 'In the background', 'yes'),
      toggle('remove', 'Remove when it ends'),
    ],
    lines: (values) => [runWords(values)],
  }),
  'volume.create': () => ({
    ...empty('Create a volume'),
    fields: [text('name', 'Name', { placeholder: 'one is found for you' })],
    lines: ({ name = '' }) => [['volume', 'create', ...(name === '' ? [] : [name])]],
  }),
  'image.pull': () => ({
    ...empty('Pull an image'),
    fields: [text('name', 'Image', { placeholder: 'registry/name:tag', required: true })],
    lines: ({ name = '' }) => [['pull', name]],
  }),
  'image.push': ({ subject = '' }) => ({
    ...empty('Push an image'),
    fields: [text('name', 'Push as', { value: subject, placeholder: 'registry/name:tag', required: true })],
    lines: ({ name = '' }) => {
      const push = ['push', name];
      return name === subject ? [push] : [['tag', subject, name], push];
    },
  }),
};

function runWords(values: FormValues): readonly string[] {
  return [
    'run',
    ...(values['detach'] === '' ? ['-it'] : ['-d']),
    ...(values['remove'] === '' ? [] : ['--rm']),
    ...option('--name', values['name']),
    ...each('-p', values['ports']),
    ...each('-e', values['env']),
    ...each('-v', values['volumes']),
    ...(values['network'] === defaultNetwork ? [] : option('--network', values['network'])),
    ...(values['restart'] === 'no' ? [] : option('--restart', values['restart'])),
    ...option('--memory', values['memory']),
    ...option('--cpus', values['cpus']),
    values['image'] ?? '',
    ...splitLine(values['command'] ?? ''),
  ];
}

/** A field for every argument that must be given and that the selection does not fill. */
function declaredForm(command: Command, subject: string | undefined): FormState | undefined {
  const filled = subject === undefined ? [] : [subject];
  const asked = Object.entries(command.args)
    .slice(filled.length)
    .filter(([, spec]) => {
      return spec.kind === 'one' || spec.kind === 'many' || (spec.kind === 'rest' && (spec.minimum ?? 0) > 0);
    });
  if (asked.length === 0) return undefined;
  return {
    ...empty(command.summary),
    fields: asked.map(([key, { placeholder, help }]) => {
      return text(key, help ?? sentence(key), { placeholder, required: true });
    }),
    lines: (values) => [
      [
        ...command.verbs[0].split(' '),
        ...filled,
        ...asked.flatMap(([key, { kind }]) => {
          const value = values[key] ?? '';
          return kind === 'one' ? [value] : splitLine(value);
        }),
      ],
    ],
  };
}

function empty(title: string) {
  return { title, index: 0, problem: undefined, hint: undefined, busy: false };
}

function option(name: string, value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : [name, value];
}

function each(name: string, values: string | undefined): readonly string[] {
  return splitLine(values ?? '').flatMap((value) => [name, value]);
}

/** `~/x` as a shell writes it out. */
function untilde(path: string, home: string | undefined): string {
  return home === undefined ? path : path.replace(/^~(?=\/|$)/, home);
}

/** `newName` → `New name` */
function sentence(key: string): string {
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
