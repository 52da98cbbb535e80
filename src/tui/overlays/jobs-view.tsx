import { Text } from 'ink';
import type { ReactElement } from 'react';
import type { Job } from '../../app/jobs/job.ts';
import { useScreen } from '../hooks/screen-context.ts';
import { useStore } from '../hooks/use-store.ts';
import { fit, shorten } from '../paint/fit.ts';
import type { Rect } from '../paint/rect.ts';
import type { Styles } from '../theme/resolve-styles.ts';
import { OverlayFrame } from '../widgets/overlay-frame.tsx';
import { Span } from '../widgets/span.tsx';
import type { OverlayOf } from './overlay.ts';

/** What was started from this screen, the newest first, in words that can be run again. */
export function JobsView({
  overlay,
  rect,
}: {
  readonly overlay: OverlayOf<'jobs'>;
  readonly rect: Rect;
}): ReactElement {
  const screen = useScreen();
  const { styles } = useStore(screen.chrome, (state) => state);
  const jobs = useStore(screen.jobs, (state) => state.jobs).toReversed();
  const height = rect.rows - 2;
  const width = rect.columns - 4;
  const top = Math.max(0, Math.min(overlay.index - Math.floor(height / 2), jobs.length - height));
  return (
    <OverlayFrame
      rect={rect}
      title="Journal"
      keys="enter look · y copy · x cancel · esc close"
      border={styles.overlayBorder}
      styles={styles}
    >
      {jobs.length === 0 ? <Span style={styles.muted}>Nothing was started yet.</Span> : null}
      {jobs.slice(top, top + height).map((job, index) => {
        const marked = top + index === overlay.index;
        const [mark, style] = look(job, styles);
        const took = job.endedMs === undefined ? '' : `${((job.endedMs - job.startedMs) / 1000).toFixed(1)}s`;
        return (
          <Text key={job.id} wrap="truncate-end">
            <Span
              style={marked ? { ...styles.selection, fg: style.fg || styles.selection.fg } : style}
            >{` ${mark} `}</Span>
            <Span style={marked ? styles.selection : styles.text}>
              {fit(shorten(job.line, width - 13), width - 12)}
            </Span>
            <Span style={marked ? styles.selection : styles.muted}>{fit(took, 9, 'right')}</Span>
          </Text>
        );
      })}
    </OverlayFrame>
  );
}

function look({ state }: Job, styles: Styles): readonly [string, Styles['text']] {
  switch (state) {
    case 'running':
      return ['↻', styles.accent];
    case 'done':
      return ['✓', styles.success];
    case 'failed':
      return ['✗', styles.danger];
    case 'cancelled':
      return ['!', styles.warning];
  }
}
