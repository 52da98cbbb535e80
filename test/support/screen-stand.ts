import { type CliStand, cliStand } from './cli-stand.ts';
import { keys, PtyScreen } from './pty-screen.ts';

/** The built program's full screen on a real engine with a root of its own, and the command line beside it. */
export interface ScreenStand extends CliStand {
  /** One more gantry in a terminal. Disposing of it kills it. */
  open(size?: { readonly columns: number; readonly rows: number }): Promise<GantryScreen>;
}

/** gantry in a terminal, with what a person does in it. */
export interface GantryScreen extends AsyncDisposable {
  readonly terminal: PtyScreen;
  shows(wanted: string | RegExp): Promise<string>;
  lacks(unwanted: string | RegExp): Promise<string>;
  /** Keys as they come, at once. */
  type(text: string): void;
  /** A line on `:`, followed by Enter. */
  command(line: string): void;
  /** Fills the fields of the open form by their labels, in the order given, and goes. */
  fill(fields: Readonly<Record<string, string>>): Promise<void>;
}

export async function screenStand(): Promise<ScreenStand> {
  const stand = await cliStand();
  const { gantry } = stand;
  return {
    gantry,
    root: stand.root,
    open: async (size = { columns: 120, rows: 40 }) => {
      const terminal = new PtyScreen({ argv: gantry.argv, env: gantry.env, ...size });
      const screen = gantryScreen(terminal);
      // Lists have come, and keys mean something.
      await terminal.when((text) => /\? keys/.test(text) && !text.includes('loading…'), {
        what: 'its panes',
      });
      return screen;
    },
    [Symbol.asyncDispose]: () => stand[Symbol.asyncDispose](),
  };
}

function gantryScreen(terminal: PtyScreen): GantryScreen {
  const has = (text: string, wanted: string | RegExp): boolean =>
    typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
  return {
    terminal,
    shows: (wanted) => terminal.shows(wanted),
    lacks: (unwanted) =>
      terminal.when((text) => !has(text, unwanted), { what: `anything but ${String(unwanted)}` }),
    type: (text) => terminal.type(text),
    command: (line) => terminal.type(`:${line}${keys.enter}`),
    fill: async (fields) => {
      for (const [label, value] of Object.entries(fields)) {
        const field = new RegExp(`▌ ${label}\\b`);
        for (let steps = 0; !field.test(await terminal.shows('enter go')); steps += 1) {
          if (steps > 20) throw new Error(`the form has no field "${label}":\n${terminal.emulator.text()}`);
          const before = marked(terminal.emulator.text());
          terminal.type(keys.tab);
          await terminal.when((text) => marked(text) !== before, { what: 'the next field' });
        }
        terminal.type(`${keys.control('u')}${value}`);
        await terminal.shows(value.slice(-20));
      }
      terminal.type(keys.enter);
    },
    [Symbol.asyncDispose]: () => terminal[Symbol.asyncDispose](),
  };
}

/** The label of the field that takes what is typed. */
function marked(text: string): string | undefined {
  return /▌ (\S+(?: \S+)*) /.exec(text)?.[1];
}
