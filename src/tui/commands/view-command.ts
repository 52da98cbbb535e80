import type { Command } from '../../app/commands/define-command.ts';
import type { KeyPlace } from '../../app/commands/subject.ts';
import type { Screen } from '../screen/screen.ts';

/** A command of the screen itself: it changes what is seen and nothing else. */
export interface ViewCommandSpec {
  /** `pane.next`; typed as `pane next`. */
  readonly id: string;
  /** A word of its own, for the footer and for `:`. */
  readonly verb?: string;
  /** Further words for `:`. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly keys: readonly string[];
  /** Default: everywhere. */
  readonly places?: readonly KeyPlace[];
  run(screen: Screen): void;
}

const viewCommands = new WeakSet<object>();

export function viewCommand(spec: ViewCommandSpec, screen: () => Screen): Command {
  const { id, verb, aliases = [], summary, keys, places = ['everywhere'] } = spec;
  const words = id.replaceAll('.', ' ');
  const command: Command = {
    id,
    verbs: [verb ?? words, ...(verb === undefined ? [] : [words]), ...aliases],
    summary,
    args: {},
    options: {},
    keys: keys.map((key) => ({ key, places })),
    async run() {
      spec.run(screen());
      return { kind: 'none' };
    },
  };
  viewCommands.add(command);
  return command;
}

export function isViewCommand(command: Command): boolean {
  return viewCommands.has(command);
}
