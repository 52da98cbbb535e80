import type { Command } from '../../app/commands/define-command.ts';
import type { JobsState } from '../../app/jobs/job.ts';
import type { JobRunner } from '../../app/jobs/job-runner.ts';
import type { Keymap } from '../../app/keymap/keymap.ts';
import type { EngineState } from '../../app/state/engine-state.ts';
import type { LayerDetails } from '../../app/state/layer-details.ts';
import type { Store } from '../../app/state/store.ts';
import type { StatsState } from '../../app/state/watch-stats.ts';
import type { Theme } from '../../app/themes/theme.ts';
import type { Engine } from '../../engine/engine.ts';
import type { TerminalDevice } from '../device/terminal-device.ts';
import type { InkStdin } from '../input/ink-stdin.ts';
import type { Painter } from '../paint/painter.ts';
import type { Pane } from '../panes/pane.ts';
import type { ShellKeeper } from '../terminal/shell-keeper.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import type { PaneId, ViewState } from '../view/view-state.ts';
import type { ChromeState } from './chrome-state.ts';
import type { LogKeeper } from './log-keeper.ts';
import type { UserFiles } from './user-files.ts';

/** One running screen: its state, what it is drawn with, and what its commands act on. */
export interface Screen {
  readonly engine: Engine;
  readonly device: TerminalDevice;
  readonly painter: Painter;
  /** Text fields of Ink read from here. */
  readonly typing: InkStdin;
  readonly engineStore: Store<EngineState>;
  readonly stats: Store<StatsState>;
  readonly layers: Store<LayerDetails>;
  readonly jobs: Store<JobsState>;
  readonly view: Store<ViewState>;
  readonly chrome: Store<ChromeState>;
  /** The engine's commands and the views' own; empty until loaded. */
  readonly commands: readonly Command[];
  readonly keymap: Keymap;
  readonly themes: readonly Theme[];
  readonly runner: JobRunner;
  readonly logs: LogKeeper;
  readonly shells: ShellKeeper;
  readonly files: UserFiles;
  readonly cwd: string;
  styles(): Styles;
  pane(id: PaneId): Pane | undefined;
  /** Ends the screen with an exit status. */
  quit(status: number): void;
  /** Stops the process as ctrl-z does, and comes back with a fresh picture. */
  suspend(): void;
}

/** The pane that has the keys. */
export function focusedPane(screen: Screen): Pane | undefined {
  return screen.pane(screen.view.state.focus);
}
