import type { CellGrid } from '../paint/cell-grid.ts';
import { focusedPane, type Screen } from '../screen/screen.ts';
import { helpLines } from './help-lines.ts';
import type { Overlay } from './overlay.ts';
import { paintHelp } from './paint-help.ts';
import { paintJob } from './paint-job.ts';
import { paintViewer } from './paint-viewer.ts';

/** The inside of an overlay that is painted and not drawn by Ink: what is long, or changes often. */
export interface OverlayBody {
  readonly inputs: readonly unknown[];
  paint(grid: CellGrid): void;
}

/** Undefined for overlays that Ink draws whole. */
export function paintOverlayBody(screen: Screen, overlay: Overlay): OverlayBody | undefined {
  const styles = screen.styles();
  switch (overlay.kind) {
    case 'help': {
      const place = focusedPane(screen)?.place;
      return {
        inputs: [overlay, screen.keymap, place, styles],
        paint: (grid) => paintHelp(grid, helpLines(screen.keymap, place), overlay.top, styles),
      };
    }
    case 'viewer':
      return { inputs: [overlay, styles], paint: (grid) => paintViewer(grid, overlay, styles) };
    case 'job': {
      const { nowMs } = screen.view.state;
      const job = screen.jobs.state.jobs.find(({ id }) => id === overlay.jobId);
      return {
        inputs: [overlay, job, styles, nowMs],
        paint(grid) {
          if (job !== undefined) paintJob(grid, { job, bottom: overlay.bottom, nowMs, styles });
        },
      };
    }
    default:
      return undefined;
  }
}
