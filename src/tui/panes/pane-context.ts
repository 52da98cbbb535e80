import type { JobsState } from '../../app/jobs/job.ts';
import type { EngineState } from '../../app/state/engine-state.ts';
import type { LayerDetails } from '../../app/state/layer-details.ts';
import type { Store } from '../../app/state/store.ts';
import type { StatsState } from '../../app/state/watch-stats.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import type { ViewState } from '../view/view-state.ts';

/** What panes read. */
export interface PaneContext {
  readonly engine: Store<EngineState>;
  readonly stats: Store<StatsState>;
  readonly layers: Store<LayerDetails>;
  readonly jobs: Store<JobsState>;
  readonly view: Store<ViewState>;
  styles(): Styles;
  /** The first key of a command, for words that tell what to do; undefined without one. */
  keyOf(commandId: string): string | undefined;
}
