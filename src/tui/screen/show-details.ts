import { subjectName } from '../../app/commands/subject.ts';
import type { Selected } from '../../app/keymap/availability.ts';
import { GantryError } from '../../base/gantry-error.ts';
import { stripControl } from '../../base/strip-control.ts';
import { overlayRect } from '../overlays/overlay-rect.ts';
import { viewerMargin } from '../overlays/viewer-rows.ts';
import type { PageSection } from '../pages/page-lines.ts';
import { invoke } from './invoke.ts';
import { openViewer } from './overlays.ts';
import { sayError } from './say.ts';
import { focusedPane, type Screen } from './screen.ts';

/** A page of what is selected where the keys are, for people to read; all of it as JSON is a key away. Never throws. */
export async function showDetails(screen: Screen): Promise<void> {
  const pane = focusedPane(screen);
  const layer = pane?.details?.();
  const selected = pane?.selected();
  try {
    if (layer !== undefined) openViewer(screen, 'Layer', layer);
    else if (selected !== undefined) await showPage(screen, selected);
  } catch (error) {
    sayError(screen, GantryError.from(error));
  }
}

async function showPage(screen: Screen, selected: Selected): Promise<void> {
  const [sections, { pageLines }] = await Promise.all([
    pageOf(screen, selected),
    import('../pages/page-lines.ts'),
  ]);
  const { columns, rows } = screen.view.state;
  const title = stripControl(`${selected.kind} ${subjectName(selected.kind, selected.subject)}`);
  const inspect = screen.commands.find(({ id }) => id === `${selected.kind}.inspect`);
  const place = overlayRect({ kind: 'help', top: 0 }, columns, rows);
  openViewer(screen, title, pageLines(sections, place.columns - viewerMargin), {
    ...(inspect === undefined ? {} : { document: () => invoke(screen, inspect, selected) }),
  });
}

async function pageOf(screen: Screen, { kind, subject }: Selected): Promise<readonly PageSection[]> {
  const { engine, view } = screen;
  const { containers = [] } = screen.engineStore.state;
  switch (kind) {
    case 'image': {
      const [{ imagePage }, image, history] = await Promise.all([
        import('../pages/image-page.ts'),
        engine.images.inspect(subject.id),
        engine.images.history(subject.id),
      ]);
      return imagePage({ ...image, names: subject.names }, history, containers, view.state.nowMs);
    }
    case 'container': {
      const [{ containerPage }, container] = await Promise.all([
        import('../pages/container-page.ts'),
        engine.containers.inspect(subject.id),
      ]);
      return containerPage(container, view.state.nowMs);
    }
    case 'volume':
      return (await import('../pages/volume-page.ts')).volumePage(subject, containers);
    case 'network':
      return (await import('../pages/network-page.ts')).networkPage(subject, containers);
  }
}
