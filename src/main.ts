import { dirname, join } from 'node:path';
import { commandIndex } from './app/commands/command-index.ts';
import { GantryError } from './base/gantry-error.ts';
import { version } from './base/version.ts';
import type { CliHost } from './cli/cli-host.ts';
import type { ShellQuestion } from './cli/completion/shell-question.ts';
import { type GlobalOptions, globalWords, noGlobals, splitArguments } from './cli/global-options.ts';
import { watchInterrupts } from './cli/interrupts.ts';
import { printError } from './cli/print-error.ts';
import { openSink, type Sink } from './cli/sink.ts';
import { openStandardInput } from './cli/standard-input.ts';
import type { CoreOptions } from './core/open-core.ts';

/**
 * The composition root: the one place that knows an engine and a surface. It reads the options before the command,
 * chooses the surface (full screen on a terminal without a command, else the command line) and opens the engine when
 * one is first needed.
 */
const program = import.meta.filename;
const home = dirname(dirname(program));
/** Run from the build (dist/main.js), not from the sources. */
const built = program.endsWith('.js');
/** Why a user who is not root has no world of their own. */
let noWorld: string | undefined;
/** The word that shells call gantry by to complete a line. */
const completeVerb = '__complete';
const selfCommand: readonly [string, ...string[]] = [process.execPath, ...process.execArgv, '--', program];

main(process.argv.slice(2)).then(async (status) => {
  const { endProcess } = await import('./core/host/end-process.ts');
  endProcess(status);
});

async function main(argv: readonly string[]): Promise<number> {
  let globals: GlobalOptions = noGlobals;
  const stdout = openSink(1);
  const stderr = openSink(2);
  try {
    const split = splitArguments(argv);
    const asked =
      split.words[0] === completeVerb ? await shellQuestion(split.words.slice(1), split.globals) : undefined;
    globals = asked?.globals ?? split.globals;
    const { words } = asked ?? split;
    if (words[0] === 'internal' && asked === undefined) return await runInternal(words.slice(1), globals);
    if (globals.version && asked === undefined) {
      stdout.text(`gantry version ${version}\n`);
      return 0;
    }
    if (process.getuid?.() !== 0 && !globals.help && words[0] !== 'help') {
      const { enterOwnWorld } = await import('./core/enter-own-world.ts');
      noWorld = await enterOwnWorld({ options: coreOptions(globals), argv });
    }
    if (asked !== undefined) return await completeLine(asked, stdout);
    const stdin = openStandardInput(() => import('./core/host/terminal-modes.ts'));
    if (words.length === 0 && !globals.help && stdin.isTerminal && stdout.isTerminal) {
      return await runScreen(globals);
    }
    using interrupts = watchInterrupts((code) => process.exit(code));
    const host: CliHost = {
      stdout,
      stderr,
      stdin,
      cwd: process.cwd(),
      env: process.env,
      interrupts,
      globals,
      commands: commandIndex,
      pluginCommands: () => findPluginCommands((warning) => stderr.text(`${warning}\n`)),
      plugins: reportPlugins,
      openEngine: async () => (await import('./core/open-core.ts')).openCore(coreOptions(globals)),
    };
    const { runCli } = await import('./cli/run-cli.ts');
    return await runCli(host, globals.help ? ['help', ...words] : words);
  } catch (thrown) {
    const error = GantryError.from(thrown);
    printError({ stderr, globals }, error);
    return error.exitCode;
  }
}

async function shellQuestion(words: readonly string[], before: GlobalOptions): Promise<ShellQuestion> {
  return (await import('./cli/completion/shell-question.ts')).shellQuestion(words, globalWords(before));
}

async function completeLine(question: ShellQuestion, stdout: Sink): Promise<number> {
  const { answerShell } = await import('./cli/completion/answer-shell.ts');
  const answer = await answerShell(question, {
    commands: commandIndex,
    pluginCommands: () => findPluginCommands(() => undefined),
    openEngine: async () => (await import('./core/open-core.ts')).openCore(coreOptions(question.globals)),
  });
  stdout.text(answer);
  return 0;
}

async function runScreen(globals: GlobalOptions): Promise<number> {
  const [{ openCore }, { startTui }] = await Promise.all([
    import('./core/open-core.ts'),
    import('./tui/start.tsx'),
  ]);
  await using engine = await openCore(coreOptions(globals));
  return await startTui({
    engine,
    selfCommand: [...selfCommand, ...globalWords(globals)],
    cwd: process.cwd(),
    env: process.env,
    pluginCommands: findPluginCommands,
    plugins: reportPlugins,
  });
}

function coreOptions({ root, insecureRegistries }: GlobalOptions): CoreOptions {
  const uid = process.getuid?.() ?? 0;
  return {
    rootOption: root,
    env: process.env,
    insecureRegistries,
    uid,
    version,
    selfCommand,
    noWorld,
    endsWithProcess: true,
  };
}

/** `gantry internal …`, which other processes run for the engine. `--root` stands anywhere in it. */
async function runInternal(words: readonly string[], globals: GlobalOptions): Promise<number> {
  const at = words.indexOf('--root');
  const root = at < 0 ? globals.root : words[at + 1];
  const { runInternalCommand } = await import('./core/internal-commands.ts');
  return runInternalCommand(coreOptions({ ...globals, root }), at < 0 ? words : words.toSpliced(at, 2));
}

async function findPluginCommands(warn: (warning: string) => void) {
  const { entries, warnings } = await findPlugins();
  for (const warning of warnings) warn(warning);
  return entries;
}

async function reportPlugins() {
  const { pluginReports } = await import('./app/plugins/plugin-report.ts');
  return pluginReports(await findPlugins());
}

async function findPlugins() {
  const { pluginCommands } = await import('./app/plugins/plugin-commands.ts');
  const { userPluginFolder } = await import('./app/plugins/plugin-folder.ts');
  const own = {
    path: join(home, 'plugins'),
    trusted: true,
    ...(built && { entry: (name: string) => join(home, 'dist', 'plugins', name, 'index.js') }),
  };
  return pluginCommands({
    folders: [own, userPluginFolder(process.env)],
    apiUrl: new URL(built ? 'plugin.js' : 'plugin/index.ts', import.meta.url).href,
    taken: commandIndex,
  });
}
