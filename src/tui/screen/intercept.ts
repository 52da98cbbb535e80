import type { AnyInput, Command } from '../../app/commands/define-command.ts';
import { focusPane } from './focus.ts';
import { openShell } from './open-shell.ts';
import type { Screen } from './screen.ts';

/**
 * Commands that a screen has a place of its own for: what joins a terminal runs in a pane, `logs` and `images` go to
 * theirs. True when it was one of them.
 */
export function intercepted(
  screen: Screen,
  command: Command,
  input: AnyInput,
  words: readonly string[],
): boolean {
  switch (command.id) {
    case 'container.shell':
    case 'container.exec':
      openShell(screen, words, paneTitle(command, input));
      return true;
    case 'container.attach':
      // Signals are for whom the pane shows, not for the container: a pane that closes would hang it up.
      openShell(screen, [...words, '--sig-proxy=false'], paneTitle(command, input), 'goes-on');
      return true;
    // Its questions want a terminal, and its answers none of our histories.
    case 'registry.login':
      openShell(screen, words, 'login');
      return true;
    case 'container.run':
      if (input.options['detach'] === true) return false;
      openShell(screen, words, paneTitle(command, input), 'goes-on');
      return true;
    // A shell it opens is for somebody at a terminal.
    case 'image.build':
      if (input.options['onFail'] !== 'shell' && input.options['shellBefore'] === undefined) return false;
      openShell(screen, words, 'build');
      return true;
    case 'container.logs':
      return showLog(screen, String(input.args['container']));
    case 'image.list':
      // As `:containers` and `:volumes`; with options it is the list that a shell prints.
      if (words.join(' ') !== 'images') return false;
      focusPane(screen, 'images');
      return true;
    default:
      return false;
  }
}

/** By the container where it has a name already, not by what it is made of. */
function paneTitle(command: Command, { args, options }: AnyInput): string {
  const target = String(args['container'] ?? options['name'] ?? args['image'] ?? '');
  return `${target} · ${command.verbs[0]}`;
}

/** Selects the container and gives the keys to the log; false when it is not in the list. */
function showLog(screen: Screen, name: string): boolean {
  const container = screen.engineStore.state.containers?.find(
    (known) => known.name === name || known.id === name || (name.length >= 4 && known.id.startsWith(name)),
  );
  if (container === undefined) return false;
  screen.view.update((state) => ({
    ...state,
    focus: 'logs',
    zoomed: state.zoomed && state.focus === 'logs',
    lists: { ...state.lists, containers: { ...state.lists.containers, selected: container.id, filter: '' } },
    logs: { ...state.logs, bottom: undefined, hit: undefined },
  }));
  return true;
}
