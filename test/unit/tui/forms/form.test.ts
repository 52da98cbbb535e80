import { describe, expect, it } from 'vitest';
import { allCommands } from '../../../../src/app/commands/all-commands.ts';
import { parseInput } from '../../../../src/app/commands/parse/parse-input.ts';
import { formFor } from '../../../../src/tui/forms/form-spec.ts';
import {
  type FormState,
  formAfterKey,
  formMissing,
  formTyped,
  formValues,
} from '../../../../src/tui/forms/form-state.ts';

const commands = await allCommands();

function form(id: string, subject?: string): FormState {
  const command = commands.find((known) => known.id === id);
  const found =
    command === undefined
      ? undefined
      : formFor(command, { subject, cwd: '/srv/app', home: '/home/me', networks: ['bridge', 'lan'] });
  if (found === undefined) throw new Error(`no form for ${id}`);
  return found;
}

function filled(start: FormState, values: Readonly<Record<string, string>>): readonly (readonly string[])[] {
  const fields = start.fields.map((field) => ({ ...field, value: values[field.key] ?? field.value }));
  const done = { ...start, fields };
  return done.lines(formValues(done));
}

describe('forms', () => {
  it('make the words of a build', () => {
    const values = { tag: 'web:1', args: 'A=1 "B=two words"', secrets: 'id=t,src=t', noCache: 'yes' };
    expect(filled(form('image.build'), values)).toEqual([
      [
        'build',
        '-t',
        'web:1',
        '--build-arg',
        'A=1',
        '--build-arg',
        'B=two words',
        '--secret',
        'id=t,src=t',
        '--no-cache',
        '/srv/app',
      ],
    ]);
  });

  it('make the words of a run', () => {
    const values = { name: 'site', ports: '8080:80 9000:9000', env: 'A=1', command: "sh -c 'echo hi'" };
    expect(filled(form('container.run', 'web:1'), values)).toEqual([
      [
        'run',
        '-d',
        '--name',
        'site',
        '-p',
        '8080:80',
        '-p',
        '9000:9000',
        '-e',
        'A=1',
        'web:1',
        'sh',
        '-c',
        'echo hi',
      ],
    ]);
    expect(filled(form('container.run', 'web:1'), { detach: '', remove: 'yes' })).toEqual([
      ['run', '-it', '--rm', 'web:1'],
    ]);
  });

  it('choose a network and a restart policy from those there are, and set limits', () => {
    let state = form('container.run', 'web:1');
    const go = (key: string) => {
      state = formAfterKey(state, key) ?? state;
    };
    const to = (key: string) => {
      while (state.fields[state.index]?.key !== key) go('down');
    };
    to('network');
    go('right');
    expect(state.fields[state.index]?.value).toBe('lan');
    to('restart');
    go('left');
    go('ctrl-u');
    expect(filled(state, { memory: '512m', cpus: '1.5' })).toEqual([
      ['run', '-d', '--network', 'lan', '--restart', 'always', '--memory', '512m', '--cpus', '1.5', 'web:1'],
    ]);
    go('space');
    expect(filled(state, { network: 'bridge' })).toEqual([['run', '-d', 'web:1']]);
  });

  it('build the folder the screen was started in, another by a path, or one at home', () => {
    for (const [typed, folder] of [
      ['', '/srv/app'],
      ['examples/web', 'examples/web'],
      ['/abs', '/abs'],
      ['~/site', '/home/me/site'],
      ['~', '/home/me'],
    ] as const) {
      expect(filled(form('image.build'), { context: typed })[0]?.at(-1)).toBe(folder);
    }
  });

  it('take what is offered with the right arrow, and nothing but that', () => {
    const state = form('image.build');
    const taken = formAfterKey(state, 'right')!;
    expect(taken.fields[0]?.value).toBe('/srv/app');
    expect(formAfterKey(taken, 'right')).toBeUndefined();
  });

  it('name a volume, or leave that to the engine', () => {
    expect(filled(form('volume.create'), { name: 'data' })).toEqual([['volume', 'create', 'data']]);
    expect(filled(form('volume.create'), {})).toEqual([['volume', 'create']]);
  });

  it('tag an image first when it is pushed under another name', () => {
    expect(filled(form('image.push', 'web:1'), {})).toEqual([['push', 'web:1']]);
    expect(filled(form('image.push', 'web:1'), { name: '127.0.0.1:5000/web:1' })).toEqual([
      ['tag', 'web:1', '127.0.0.1:5000/web:1'],
      ['push', '127.0.0.1:5000/web:1'],
    ]);
  });

  it('ask for the arguments a command declares and the selection does not fill', () => {
    const rename = form('container.rename', 'web');
    expect(rename.fields).toHaveLength(1);
    expect(filled(rename, { [rename.fields[0]!.key]: 'site' })).toEqual([['rename', 'web', 'site']]);
  });

  it('are not shown where the selection says it all', () => {
    const stop = commands.find(({ id }) => id === 'container.stop')!;
    expect(formFor(stop, { subject: 'web', cwd: '/', home: undefined, networks: [] })).toBeUndefined();
    expect(formFor(stop, { subject: undefined, cwd: '/', home: undefined, networks: [] })).toBeDefined();
  });

  it('make words that the command takes', () => {
    for (const command of commands) {
      const subject = command.on === undefined ? undefined : 'subject';
      const made = formFor(command, { subject, cwd: '/srv', home: undefined, networks: [] });
      const values = Object.fromEntries(
        (made?.fields ?? []).map(({ key, kind }) => [key, kind === 'text' ? '' : '']),
      );
      const required = (made?.fields ?? []).filter((field) => field.required).map(({ key }) => [key, 'word']);
      for (const words of made === undefined
        ? []
        : filled(made, { ...values, ...Object.fromEntries(required) })) {
        const verb = command.verbs.find((known) => words.join(' ').startsWith(known));
        if (verb === undefined) continue;
        expect(parseInput(command, words.slice(verb.split(' ').length)).help).toBe(false);
      }
    }
  });

  it('go around with tab, clear with ctrl-u, take a word back with ctrl-w and flip with space', () => {
    let state = form('image.build');
    state = formAfterKey(state, 'shift-tab')!;
    expect(state.fields[state.index]?.key).toBe('noCache');
    expect(formAfterKey(state, 'space')?.fields.at(-1)?.value).toBe('yes');
    state = formTyped(formAfterKey(state, 'tab')!, 'one two');
    expect(formAfterKey(state, 'ctrl-w')?.fields[0]?.value).toBe('one ');
    expect(formAfterKey(state, 'ctrl-u')?.fields[0]?.value).toBe('');
    expect(formAfterKey(state, 'space')).toBeUndefined();
  });

  it('put the cursor where something is missing', () => {
    const state = formMissing(formTyped(form('image.pull'), '  '));
    expect([state?.index, state?.problem]).toEqual([0, 'Image is needed']);
    expect(formMissing(form('image.build'))).toBeUndefined();
  });
});
