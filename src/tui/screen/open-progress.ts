import { closeOverlay, openOverlay } from './overlays.ts';
import type { Screen } from './screen.ts';

/** Shows a build or a transfer once it begins to tell, unless the user is busy with something else. */
export function openNewProgress(screen: Screen): void {
  const seen = new Set<number>();
  screen.jobs.subscribe(() => {
    for (const { id, progress, state } of screen.jobs.state.jobs) {
      if (progress === undefined || seen.has(id)) continue;
      seen.add(id);
      const { overlays, prompt } = screen.view.state;
      const [first, ...others] = overlays;
      const sent = first?.kind === 'form' && first.form.busy && others.length === 0;
      // What was sent by a form takes its place; it comes back should that fail.
      if (sent && state === 'running') closeOverlay(screen);
      if (state === 'running' && (sent || overlays.length === 0) && prompt === undefined) {
        openOverlay(screen, { kind: 'job', jobId: id, bottom: undefined });
      }
    }
  });
}
