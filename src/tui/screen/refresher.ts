import type { KeyPlace } from '../../app/commands/subject.ts';
import type { Selected } from '../../app/keymap/availability.ts';
import { type Hint, hintsFor } from '../../app/keymap/hints.ts';
import type { Keymap } from '../../app/keymap/keymap.ts';
import type { Capabilities } from '../../engine/capabilities.ts';
import { mouseClicks, mouseMoves, mouseOff } from '../device/terminal-modes.ts';
import { type Layout, solveLayout } from '../layout/solve-layout.ts';
import { overlayRect } from '../overlays/overlay-rect.ts';
import { paintOverlayBody } from '../overlays/paint-overlay-body.ts';
import { emptyRect, insetRect, type Rect } from '../paint/rect.ts';
import type { Surface } from '../paint/surface.ts';
import type { PaneTitle } from '../panes/pane.ts';
import { proposals } from '../prompt/proposals.ts';
import { proposalsRect } from '../prompt/proposals-rect.ts';
import { memo, sameItems } from '../view/memo.ts';
import type { PaneId, SlotPaneId } from '../view/view-state.ts';
import { paintFooter } from '../widgets/paint-footer.ts';
import { paintStatus, statusRows } from '../widgets/paint-status.ts';
import { paintTitle } from '../widgets/paint-title.ts';
import type { ChromeState, FrameState } from './chrome-state.ts';
import { isTerminal } from './handle-input.ts';
import { topOverlay } from './overlays.ts';
import { focusedPane, type Screen } from './screen.ts';

interface PaintedPane {
  readonly inside: Painted;
  /** The words in the upper edge of the frame. */
  readonly title: Painted;
}

interface Painted {
  readonly surface: Surface;
  inputs: readonly unknown[];
}

/**
 * Brings the picture in step with the state: places surfaces, paints those whose inputs changed, and hands Ink its
 * chrome when that looks different. Asked often, it works once a turn of the event loop.
 */
export class Refresher {
  readonly #screen: Screen;
  readonly #panes = new Map<PaneId, PaintedPane>();
  readonly #footer: Painted;
  readonly #status: Painted;
  readonly #overlay: Painted;
  readonly #layout = memo(solve);
  readonly #hints = memo(hintsOf);
  #mouse: 'off' | 'clicks' | 'moves' = 'off';
  #asked = false;
  #ended = false;

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#status = { surface: screen.painter.createSurface('status', 1), inputs: [] };
    this.#footer = { surface: screen.painter.createSurface('footer'), inputs: [] };
    this.#overlay = { surface: screen.painter.createSurface('overlay', 1), inputs: [] };
  }

  readonly ask = (): void => {
    if (this.#asked || this.#ended) return;
    this.#asked = true;
    queueMicrotask(() => {
      this.#asked = false;
      if (!this.#ended) this.refresh();
    });
  };

  end(): void {
    this.#ended = true;
  }

  /** The terminal was another's for a while and has none of our modes. */
  terminalAnew(): void {
    this.#mouse = 'off';
    this.refresh();
  }

  refresh(): void {
    const screen = this.#screen;
    const { columns, rows, sizes, terminals, focus, zoomed, slot } = screen.view.state;
    const layout = this.#layout(columns, rows, sizes, terminals, focus, zoomed, slot);
    this.#showLog();
    this.#placePanes(layout);
    this.#paintStatus(layout);
    this.#paintFooter(layout);
    this.#paintOverlay(layout);
    this.#cursor(layout);
    this.#setMouse();
    this.#chrome(layout);
  }

  /** What was looked for in one log is not looked for in the next one. */
  #showLog(): void {
    const { logs, view } = this.#screen;
    const before = logs.shown?.container.id;
    const container = shownContainer(this.#screen);
    logs.show(container);
    if (before === container?.id || (view.state.logs.search === '' && view.state.logs.hit === undefined))
      return;
    view.update((state) => ({ ...state, logs: { ...state.logs, search: '', hit: undefined } }));
  }

  #placePanes(layout: Layout | undefined): void {
    const { painter, view } = this.#screen;
    const newest = view.state.terminals.at(-1);
    const styles = this.#screen.styles();
    for (const [id, { inside, title }] of this.#panes) {
      if (layout?.panes.has(id) === true) continue;
      painter.removeSurface(inside.surface);
      painter.removeSurface(title.surface);
      this.#panes.delete(id);
    }
    for (const [id, rect] of layout?.panes ?? []) {
      const pane = this.#screen.pane(id);
      if (pane === undefined) continue;
      const painted = this.#panes.get(id) ?? {
        inside: { surface: painter.createSurface(id), inputs: [] },
        title: { surface: painter.createSurface(`title-${id}`), inputs: [] },
      };
      this.#panes.set(id, painted);
      paintWhenChanged(painted.inside, insetRect(rect, 1), pane.inputs(), (grid) => pane.paint(grid));
      const title = id === newest ? numbered(pane.title()) : pane.title();
      const focused = view.state.focus === id;
      const edge = { column: rect.column + 2, row: rect.row, columns: rect.columns - 4, rows: 1 };
      paintWhenChanged(painted.title, edge, [title.text, title.detail, focused, styles], (grid) => {
        paintTitle(grid, title, focused, styles);
        return undefined;
      });
    }
  }

  #paintFooter(layout: Layout | undefined): void {
    const screen = this.#screen;
    const pane = focusedPane(screen);
    const styles = screen.styles();
    const { kind, subject } = pane?.selected() ?? {};
    const hints = this.#hints(screen.keymap, pane?.place, screen.engine.capabilities, kind, subject);
    const shell = isTerminal(screen.view.state.focus);
    paintWhenChanged(this.#footer, layout?.footer ?? emptyRect, [hints, shell, styles], (grid) => {
      paintFooter(grid, hints, shell, styles);
      return undefined;
    });
  }

  #paintStatus(layout: Layout | undefined): void {
    const { view, jobs } = this.#screen;
    const { prompt, message, columns } = view.state;
    const styles = this.#screen.styles();
    const running = jobs.state.jobs.filter(({ state }) => state === 'running');
    const input = { message, jobs: running, styles };
    const rect = layout === undefined || prompt !== undefined ? emptyRect : layout.status;
    // A long message lies above the lowest rows of the panes, never of what lies above those.
    const more = rect.rows === 0 || view.state.overlays.length > 0 ? 0 : statusRows(input, columns) - 1;
    const tall = more === 0 ? rect : { ...rect, row: rect.row - more, rows: 1 + more };
    paintWhenChanged(this.#status, tall, [message, jobs.state, styles], (grid) => {
      paintStatus(grid, input);
      return undefined;
    });
  }

  #paintOverlay(layout: Layout | undefined): void {
    const screen = this.#screen;
    const { columns, rows, prompt } = screen.view.state;
    const overlay = topOverlay(screen);
    const rect =
      layout === undefined || overlay === undefined ? undefined : overlayRect(overlay, columns, rows);
    screen.painter.mask('overlay', rect);
    const popup =
      layout === undefined || prompt?.kind !== 'command' || overlay !== undefined
        ? undefined
        : proposalsRect(proposals(prompt.text, screen.commands, screen.engineStore.state), columns, rows);
    screen.painter.mask('proposals', popup);
    const body = overlay === undefined ? undefined : paintOverlayBody(screen, overlay);
    const inside: Rect = rect === undefined || body === undefined ? emptyRect : insetRect(rect, 1);
    paintWhenChanged(this.#overlay, inside, body?.inputs ?? [], (grid) => {
      body?.paint(grid);
      return undefined;
    });
  }

  #cursor(layout: Layout | undefined): void {
    const { focus, overlays, prompt } = this.#screen.view.state;
    const shown =
      isTerminal(focus) && overlays.length === 0 && prompt === undefined && layout?.panes.has(focus) === true;
    this.#screen.painter.showCursorOf(shown ? focus : undefined);
  }

  /** The terminal reports its mouse to us while the user wants that, and moves too while a program with the keys does. */
  #setMouse(): void {
    const { view, shells, device } = this.#screen;
    const { focus, overlays, prompt, mouse } = view.state;
    const program =
      isTerminal(focus) && overlays.length === 0 && prompt === undefined && shells.wantsMouse(focus);
    const wanted = program ? 'moves' : mouse ? 'clicks' : 'off';
    if (wanted === this.#mouse) return;
    if (this.#mouse !== 'off') device.send(mouseOff);
    this.#mouse = wanted;
    if (wanted !== 'off') device.send(wanted === 'moves' ? mouseMoves : mouseClicks);
  }

  #chrome(layout: Layout | undefined): void {
    const screen = this.#screen;
    const { columns, rows, focus } = screen.view.state;
    const frames = [...(layout?.panes ?? [])].flatMap(([id, rect]): FrameState[] => {
      const of = screen.pane(id);
      return of === undefined ? [] : [{ id, rect, focused: focus === id }];
    });
    const next: ChromeState = {
      columns,
      rows,
      layout,
      styles: screen.styles(),
      engineName: screen.engine.name,
      summary: summary(screen),
      frames,
    };
    screen.chrome.update((before) => (sameChrome(before, next) ? before : withKnownFrames(before, next)));
  }
}

/** The shell that the key for shells goes to says so, as the other panes do. */
function numbered({ text, detail }: PaneTitle): PaneTitle {
  return { text: `5 ${text}`, detail };
}

/** As hintsFor, with the selection in its parts: a pane makes a new pair of them each time it is asked. */
function hintsOf(
  keymap: Keymap,
  place: KeyPlace | undefined,
  capabilities: Capabilities,
  kind: Selected['kind'] | undefined,
  subject: Selected['subject'] | undefined,
): readonly Hint[] {
  const selected = kind === undefined ? undefined : ({ kind, subject } as Selected);
  return hintsFor(keymap, place, capabilities, selected);
}

function solve(
  columns: number,
  rows: number,
  sizes: Parameters<typeof solveLayout>[0]['sizes'],
  terminals: Parameters<typeof solveLayout>[0]['terminals'],
  focus: PaneId,
  zoomed: boolean,
  slot: SlotPaneId,
): Layout | undefined {
  return solveLayout({ columns, rows, sizes, terminals, focus, zoomed, slot });
}

function paintWhenChanged(
  painted: Painted,
  rect: Rect,
  inputs: readonly unknown[],
  paint: Parameters<Surface['paint']>[0],
): void {
  const resized = painted.surface.place(rect);
  if (rect.columns === 0 || (!resized && sameItems(painted.inputs, inputs))) return;
  painted.inputs = inputs;
  painted.surface.paint(paint);
}

/** The container whose log is shown: the one selected in the list. */
function shownContainer(screen: Screen) {
  const selected = screen.pane('containers')?.selected();
  return selected?.kind === 'container' ? selected.subject : undefined;
}

function summary(screen: Screen): string {
  const { phase, problem } = screen.engineStore.state;
  if (phase === 'lost') return `no answer: ${problem?.message ?? ''}`;
  return phase === 'loading' ? 'loading…' : '';
}

function sameChrome(a: ChromeState, b: ChromeState): boolean {
  return (
    a.columns === b.columns &&
    a.rows === b.rows &&
    a.layout === b.layout &&
    a.styles === b.styles &&
    a.summary === b.summary &&
    a.frames.length === b.frames.length &&
    a.frames.every((frame, index) => sameFrame(frame, b.frames[index]))
  );
}

function sameFrame(a: FrameState, b: FrameState | undefined): boolean {
  return a.id === b?.id && a.focused === b.focused && sameItems(Object.values(a.rect), Object.values(b.rect));
}

/** Frames that look the same stay the same objects, so that their components are not drawn again. */
function withKnownFrames(before: ChromeState, next: ChromeState): ChromeState {
  const frames = next.frames.map((frame) => before.frames.find((known) => sameFrame(frame, known)) ?? frame);
  return { ...next, frames };
}
