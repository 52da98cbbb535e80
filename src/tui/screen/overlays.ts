import type { Overlay } from '../overlays/overlay.ts';
import type { Screen } from './screen.ts';

export function topOverlay(screen: Screen): Overlay | undefined {
  return screen.view.state.overlays.at(-1);
}

export function openOverlay(screen: Screen, overlay: Overlay): void {
  screen.view.update((state) => ({ ...state, overlays: [...state.overlays, overlay], prompt: undefined }));
}

/** Takes the topmost one away. */
export function closeOverlay(screen: Screen): void {
  const overlay = topOverlay(screen);
  if (overlay?.kind === 'viewer') overlay.stop?.();
  screen.view.update((state) => ({ ...state, overlays: state.overlays.slice(0, -1) }));
}

/** Puts another state of the topmost overlay in its place. */
export function changeOverlay(screen: Screen, overlay: Overlay): void {
  screen.view.update((state) => ({ ...state, overlays: [...state.overlays.slice(0, -1), overlay] }));
}

let viewers = 0;

/** Shows lines to read through; returns the viewer's ID for what goes on feeding it. */
export function openViewer(
  screen: Screen,
  title: string,
  lines: readonly string[],
  {
    wrap = true,
    document,
    stop,
  }: { readonly wrap?: boolean; readonly document?: () => void; readonly stop?: () => void } = {},
): number {
  viewers += 1;
  openOverlay(screen, { kind: 'viewer', id: viewers, title, lines, wrap, shift: 0, top: 0, document, stop });
  return viewers;
}

/** Other lines for a viewer, if it is still open. */
export function feedViewer(
  screen: Screen,
  id: number,
  feed: (lines: readonly string[]) => readonly string[],
): void {
  screen.view.ingest((state) => ({
    ...state,
    overlays: state.overlays.map((overlay) =>
      overlay.kind === 'viewer' && overlay.id === id ? { ...overlay, lines: feed(overlay.lines) } : overlay,
    ),
  }));
}
