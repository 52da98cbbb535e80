import type { ReactElement } from 'react';
import { failedStep } from '../../app/commands/image/step-shell.ts';
import { useScreen } from '../hooks/screen-context.ts';
import { useStore } from '../hooks/use-store.ts';
import { OverlayFrame } from '../widgets/overlay-frame.tsx';
import { ConfirmView } from './confirm-view.tsx';
import { FormView } from './form-view.tsx';
import { JobsView } from './jobs-view.tsx';
import type { OverlayOf } from './overlay.ts';
import { overlayRect } from './overlay-rect.ts';
import { PaletteView } from './palette-view.tsx';

/** The topmost overlay. */
export function OverlayView(): ReactElement | null {
  const screen = useScreen();
  const overlay = useStore(screen.view, (state) => state.overlays.at(-1));
  const { columns, rows, styles } = useStore(screen.chrome, (state) => state);
  if (overlay === undefined) return null;
  const rect = overlayRect(overlay, columns, rows);
  const frame = { rect, styles, border: styles.overlayBorder };
  switch (overlay.kind) {
    case 'confirm':
      return <ConfirmView overlay={overlay} rect={rect} />;
    case 'form':
      return <FormView overlay={overlay} rect={rect} />;
    case 'palette':
      return <PaletteView overlay={overlay} rect={rect} />;
    case 'jobs':
      return <JobsView overlay={overlay} rect={rect} />;
    case 'help':
      return <OverlayFrame {...frame} title="Keys" keys="j k move · esc close" />;
    case 'viewer':
      return <OverlayFrame {...frame} title={overlay.title} keys={viewerKeys(overlay)} />;
    case 'job':
      return <JobFrame jobId={overlay.jobId} rect={rect} />;
  }
}

function viewerKeys({ wrap, document }: OverlayOf<'viewer'>): string {
  const moves = wrap ? 'j k move' : 'h j k l move · w wrap';
  return `${moves} · ${document === undefined ? '' : 'i JSON · '}y copy · esc close`;
}

function JobFrame({
  jobId,
  rect,
}: {
  readonly jobId: number;
  readonly rect: ReturnType<typeof overlayRect>;
}) {
  const screen = useScreen();
  const { styles } = useStore(screen.chrome, (state) => state);
  const state = useStore(screen.jobs, ({ jobs }) => jobs.find(({ id }) => id === jobId)?.state);
  const line = useStore(screen.jobs, ({ jobs }) => jobs.find(({ id }) => id === jobId)?.line);
  const error = useStore(screen.jobs, ({ jobs }) => jobs.find(({ id }) => id === jobId)?.error);
  const border = state === 'failed' ? styles.dangerBorder : styles.overlayBorder;
  const shell = failedStep(error) === undefined ? '' : 'e shell before the step · ';
  const keys =
    state === 'running' ? 'x cancel · esc go on in the background' : `${shell}j k read output · esc close`;
  return <OverlayFrame rect={rect} styles={styles} border={border} title={line ?? ''} keys={keys} />;
}
