import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { CommandContext } from '../../app/commands/command-context.ts';
import type { Command } from '../../app/commands/define-command.ts';
import { type JobsState, noJobs } from '../../app/jobs/job.ts';
import { JobRunner } from '../../app/jobs/job-runner.ts';
import { buildKeymap, type KeyOverrides, keysOf } from '../../app/keymap/keymap.ts';
import { type EngineState, initialEngineState } from '../../app/state/engine-state.ts';
import { type LayerDetails, watchLayerDetails } from '../../app/state/layer-details.ts';
import { Store } from '../../app/state/store.ts';
import { watchEngine } from '../../app/state/watch-engine.ts';
import { type StatsState, watchStats } from '../../app/state/watch-stats.ts';
import type { Preferences } from '../../app/storage/preferences.ts';
import type { UserDirs } from '../../app/storage/user-dirs.ts';
import { builtinThemes } from '../../app/themes/builtin-themes.ts';
import type { Engine } from '../../engine/engine.ts';
import { viewCommands } from '../commands/view-commands.ts';
import type { TerminalDevice } from '../device/terminal-device.ts';
import { InkStdin } from '../input/ink-stdin.ts';
import { defaultSizes } from '../layout/layout-sizes.ts';
import { showsUnicode } from '../paint/ascii-glyph.ts';
import { detectColourLevel } from '../paint/colour-level.ts';
import { Painter } from '../paint/painter.ts';
import { chartsPane } from '../panes/charts-pane.ts';
import { containersPane } from '../panes/containers-pane.ts';
import { imagesPane } from '../panes/images-pane.ts';
import { layersPane } from '../panes/layers-pane.ts';
import { logsPane } from '../panes/logs-pane.ts';
import { networksPane } from '../panes/networks-pane.ts';
import type { Pane } from '../panes/pane.ts';
import type { PaneContext } from '../panes/pane-context.ts';
import { volumesPane } from '../panes/volumes-pane.ts';
import { ShellKeeper } from '../terminal/shell-keeper.ts';
import { resolveStyles } from '../theme/resolve-styles.ts';
import { memo } from '../view/memo.ts';
import { initialView, type PaneId, type ViewState } from '../view/view-state.ts';
import type { ChromeState } from './chrome-state.ts';
import { isTerminal } from './handle-input.ts';
import { loadInk } from './load-ink.ts';
import { LogKeeper } from './log-keeper.ts';
import { openNewProgress } from './open-progress.ts';
import { closeShell, shellEnded } from './open-shell.ts';
import { Refresher } from './refresher.ts';
import { say } from './say.ts';
import type { Screen } from './screen.ts';
import { startTicker } from './ticker.ts';
import { UserFiles } from './user-files.ts';

export interface ScreenOptions {
  readonly engine: Engine;
  readonly device: TerminalDevice;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dirs: UserDirs;
  readonly selfCommand: readonly [string, ...string[]];
  now(): number;
  /** The engine's commands; loaded after the first frame. */
  loadCommands(): Promise<readonly Command[]>;
  /**
   * Those of plugins; asked for once the engine's are there. One may take its time, or never come. What is wrong with one
   * is told to `warn`.
   */
  loadPluginCommands?(warn: (warning: string) => void): Promise<readonly Command[]>;
  /** All plugins, for commands that tell of them. */
  readonly plugins?: CommandContext['plugins'];
  ended(status: number): void;
}

/** How long the commands wait for an engine that is slow to answer. */
const commandsAfterMs = 250;

/** A screen that runs, and what ends it: the terminal is given back by its disposal. */
export interface RunningScreen extends AsyncDisposable {
  readonly screen: Screen;
  /** Resolves once keys mean what they should; what was typed before is best kept until then. */
  readonly ready: Promise<void>;
}

/** Takes the terminal, shows the frame of everything at once and fills it as data comes. */
export async function createScreen(options: ScreenOptions): Promise<RunningScreen> {
  const { engine, device, cwd, env, now } = options;
  const life = new AbortController();
  const files = new UserFiles(options.dirs);
  // Both take a while and need nothing of each other.
  const ink = loadInk();
  const engineStore = new Store<EngineState>(initialEngineState);
  void watchEngine(engine, engineStore, life.signal);
  const preferences = await files.preferences();

  const level = detectColourLevel(env);
  const painter = new Painter(device, device.columns, device.rows, level, showsUnicode(env));
  const view = new Store<ViewState>(startView(device, preferences, now()));
  const stylesOf = memo(resolveStyles);
  const styles = () => {
    const theme = builtinThemes.find(({ name }) => name === view.state.theme) ?? builtinThemes[0];
    return stylesOf(theme, level);
  };
  const stats = new Store<StatsState>({});
  const layers = new Store<LayerDetails>({});
  const jobs = new Store<JobsState>(noJobs);
  const chrome = new Store<ChromeState>(emptyChrome(device, engine, styles()));
  const typing = new InkStdin();
  let refresher: Refresher | undefined;
  const refresh = (): void => refresher?.ask();
  const refreshSoon = throttled(refresh);
  const logs = new LogKeeper(engine, refreshSoon);
  const shells = new ShellKeeper({
    selfCommand: options.selfCommand,
    cwd,
    env,
    now,
    changed: refreshSoon,
    ended: (shell, how) => shellEnded(screen, shell, how),
    closed: (id) => closeShell(screen, id),
  });

  const own = viewCommands(() => screen);
  const overrides: KeyOverrides = preferences?.keys ?? {};
  let commands: readonly Command[] = own;
  let keymap = buildKeymap(commands, overrides);
  const keyOf = (id: string): string | undefined => keysOf(keymap, id)[0];
  const panes = makePanes({ engine: engineStore, stats, layers, jobs, view, styles, keyOf }, logs, refresh);
  const screen: Screen = {
    engine,
    device,
    painter,
    typing,
    engineStore,
    stats,
    layers,
    jobs,
    view,
    chrome,
    get commands() {
      return commands;
    },
    get keymap() {
      return keymap;
    },
    themes: builtinThemes,
    runner: new JobRunner({ engine, jobs, cwd, env, now, plugins: options.plugins }),
    logs,
    shells,
    files,
    cwd,
    styles,
    pane: (id) => (isTerminal(id) ? shells.pane(id) : panes.get(id)),
    quit: options.ended,
    suspend,
  };
  refresher = new Refresher(screen);
  for (const store of [engineStore, stats, layers, jobs, view] as const) store.subscribe(refresh);
  openNewProgress(screen);
  const live = untilLive(engineStore);
  void live.then(() => startWhereSomethingIs(engineStore, view));

  device.enter();
  refresher.refresh();
  const { mountInk } = await ink;
  const mount = mountInk(screen, typing);
  mount.ended.catch((error: unknown) => {
    device.leave();
    console.error(error);
    options.ended(1);
  });
  const leaveResize = device.onResize(onResize);
  onResize();
  const ticker = startTicker(screen, now);
  // What keys mean may wait until there is something to use them on.
  const ready = Promise.race([live, pause(commandsAfterMs, undefined, { ref: false })])
    // The frame with the lists goes out first.
    .then(nextTurn)
    .then(async () => learn(await options.loadCommands()));
  void ready.then(async () => {
    await files.loadHistory();
    const warnings: string[] = [];
    learn((await options.loadPluginCommands?.((warning) => warnings.push(warning))) ?? []);
    sayOfPlugins(screen, warnings);
  });
  watchStats(engine, engineStore, stats, life.signal);
  watchLayerDetails(engine, engineStore, layers, life.signal);

  function learn(more: readonly Command[]): void {
    commands = [...commands.filter((known) => !own.includes(known)), ...more, ...own];
    keymap = buildKeymap(commands, overrides);
    refresh();
  }

  function onResize(): void {
    const { columns, rows } = device;
    if (columns === painter.columns && rows === painter.rows) return;
    painter.resize(columns, rows);
    mount.resize(columns, rows);
    view.update((state) => ({ ...state, columns, rows }));
  }

  function suspend(): void {
    painter.stop();
    void device.drain().then(() => {
      device.leave();
      process.once('SIGCONT', () => {
        device.enter();
        onResize();
        painter.resume();
        refresher?.terminalAnew();
      });
      // The whole job: a launcher that waits for us must stop too, or the shell never gets the terminal.
      process.kill(0, 'SIGTSTP');
    });
  }

  return {
    screen,
    ready,
    async [Symbol.asyncDispose]() {
      leaveResize();
      ticker[Symbol.dispose]();
      refresher.end();
      life.abort();
      shells[Symbol.dispose]();
      logs[Symbol.dispose]();
      mount.unmount();
      painter.stop();
      await device.drain();
      device.leave();
      await Promise.all([screen.runner.cancelAll(), files.flush()]);
      for (const store of [engineStore, stats, layers, jobs, view]) store[Symbol.dispose]();
    },
  };
}

/** What is wrong with plugins, in one message: the first, and how many more. */
function sayOfPlugins(screen: Screen, warnings: readonly string[]): void {
  const [first] = warnings;
  if (first === undefined) return;
  const more = warnings.length === 1 ? '' : ` (and ${warnings.length - 1} more)`;
  say(screen, 'warning', `${first}${more}`, ':plugin ls tells of all');
}

/** On a machine without containers the keys begin at the images. */
function startWhereSomethingIs(engineStore: Store<EngineState>, view: Store<ViewState>): void {
  if (engineStore.state.containers?.length !== 0) return;
  view.update((state) => (state.focus === 'containers' ? { ...state, focus: 'images' } : state));
}

/** Resolves once the lists are there, or the engine refused. */
async function untilLive(engineStore: Store<EngineState>): Promise<void> {
  if (engineStore.state.phase !== 'loading') return;
  const known = Promise.withResolvers<void>();
  const leave = engineStore.watch(
    ({ phase }) => phase,
    () => known.resolve(),
  );
  await known.promise;
  leave();
}

function makePanes(context: PaneContext, logs: LogKeeper, changed: () => void): ReadonlyMap<PaneId, Pane> {
  const images = imagesPane(context);
  const panes = [
    images,
    volumesPane(context),
    networksPane(context),
    containersPane(context),
    layersPane(context, () => {
      const selected = images.selected();
      return selected?.kind === 'image' ? selected.subject : undefined;
    }),
    logsPane(context, () => logs.shown),
    chartsPane(context, () => logs.shown?.container, changed),
  ];
  return new Map(panes.map((pane) => [pane.id, pane]));
}

function startView(device: TerminalDevice, preferences: Preferences | undefined, nowMs: number): ViewState {
  const { columns, rows } = device;
  const sizes = { ...defaultSizes, ...preferences?.layout };
  const theme = preferences?.theme ?? builtinThemes[0].name;
  const { logs = {}, mouse } = preferences ?? {};
  const view = initialView({ columns, rows, sizes, theme, nowMs, logs, mouse });
  const filters = preferences?.filters ?? {};
  const filtered = Object.entries(view.lists).map(([id, list]) => [
    id,
    { ...list, filter: filters[id] ?? '' },
  ]);
  return { ...view, lists: Object.fromEntries(filtered) as ViewState['lists'] };
}

function emptyChrome(device: TerminalDevice, engine: Engine, styles: ChromeState['styles']): ChromeState {
  const { columns, rows } = device;
  return {
    columns,
    rows,
    layout: undefined,
    styles,
    engineName: engine.name,
    summary: '',
    frames: [],
  };
}

/** At most thirty times a second, the first one at once. */
function throttled(work: () => void): () => void {
  const spacingMs = 33;
  let timer: NodeJS.Timeout | undefined;
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (timer !== undefined) return;
    const wait = Math.max(0, last + spacingMs - performance.now());
    timer = setTimeout(() => {
      timer = undefined;
      last = performance.now();
      work();
    }, wait);
  };
}
