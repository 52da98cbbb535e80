import type { Command } from '../../app/commands/define-command.ts';
import type { LayoutSizes } from '../layout/layout-sizes.ts';
import { movedFraction } from '../layout/layout-sizes.ts';
import { copySelected } from '../screen/copy.ts';
import { focusNext, focusPane } from '../screen/focus.ts';
import { goBack } from '../screen/go-back.ts';
import { showMessages } from '../screen/messages.ts';
import { openOverlay } from '../screen/overlays.ts';
import { showPrompt } from '../screen/prompt-input.ts';
import { askToQuit } from '../screen/quit.ts';
import { say } from '../screen/say.ts';
import { focusedPane, type Screen } from '../screen/screen.ts';
import { searchOn } from '../screen/search-log.ts';
import { showDetails } from '../screen/show-details.ts';
import { nextTheme } from '../screen/themes.ts';
import { isSlotPane } from '../view/is-list-pane.ts';
import type { LogsView } from '../view/view-state.ts';
import { type ViewCommandSpec, viewCommand } from './view-command.ts';

/** All that changes what is seen, declared like every other command: keys, palette, help and `:` know them. */
export function viewCommands(screen: () => Screen): readonly Command[] {
  return specs.map((spec) => viewCommand(spec, screen));
}

const lists = ['images', 'containers', 'layers', 'volumes', 'networks'] as const;
const steps = { column: 0.04, row: 0.06 };

const specs: readonly ViewCommandSpec[] = [
  {
    id: 'help.open',
    verb: 'help',
    summary: 'Show every key',
    keys: ['?', 'f1'],
    run: (screen) => openOverlay(screen, { kind: 'help', top: 0 }),
  },
  {
    id: 'palette.open',
    verb: 'palette',
    summary: 'Find a command by name',
    keys: ['ctrl-p'],
    run: (screen) => openOverlay(screen, { kind: 'palette', query: '', index: 0 }),
  },
  {
    id: 'command.open',
    summary: 'Type a command',
    keys: [':'],
    run: (screen) => showPrompt(screen, 'command'),
  },
  {
    id: 'filter.open',
    verb: 'filter',
    summary: 'Show only what matches',
    keys: ['/'],
    places: lists,
    run: (screen) => {
      const { focus, lists: views } = screen.view.state;
      showPrompt(screen, 'filter', focus in views ? views[focus as keyof typeof views].filter : '');
    },
  },
  {
    id: 'search.open',
    verb: 'search',
    summary: 'Search in the log',
    keys: ['/'],
    places: ['logs'],
    run: (screen) => showPrompt(screen, 'search', '', screen.view.state.logs.search),
  },
  {
    id: 'search.next',
    verb: 'next',
    summary: 'Go to the hit above',
    keys: ['n'],
    places: ['logs'],
    run: (screen) => searchOn(screen, -1),
  },
  {
    id: 'search.previous',
    verb: 'previous',
    summary: 'Go to the hit below',
    keys: ['N'],
    places: ['logs'],
    run: (screen) => searchOn(screen, 1),
  },
  {
    id: 'logs.wrap',
    verb: 'wrap',
    summary: 'Wrap long lines, or cut them',
    keys: ['w'],
    places: ['logs'],
    run: (screen) => toggleLogs(screen, 'wrap'),
  },
  {
    id: 'logs.timestamps',
    verb: 'times',
    summary: 'Show when lines were written',
    keys: ['t'],
    places: ['logs'],
    run: (screen) => toggleLogs(screen, 'timestamps'),
  },
  {
    id: 'logs.left',
    summary: 'Move the log to the right',
    keys: ['left', 'h'],
    places: ['logs'],
    run: (screen) => shiftLog(screen, -8),
  },
  {
    id: 'logs.right',
    summary: 'Move the log to the left',
    keys: ['right', 'l'],
    places: ['logs'],
    run: (screen) => shiftLog(screen, 8),
  },
  {
    id: 'details.open',
    verb: 'details',
    summary: 'Read about what is selected',
    keys: ['enter'],
    places: lists,
    run: (screen) => void showDetails(screen),
  },
  {
    id: 'mark.toggle',
    verb: 'mark',
    summary: 'Mark it for a command upon several, or unmark it',
    keys: ['space'],
    places: ['images', 'containers', 'volumes', 'networks'],
    run: (screen) => focusedPane(screen)?.toggleMark?.(),
  },
  {
    id: 'copy.selected',
    verb: 'copy',
    summary: 'Copy what is selected',
    keys: ['y'],
    run: (screen) => copySelected(screen),
  },
  {
    id: 'jobs.open',
    verb: 'journal',
    summary: 'Show what runs and what ran',
    keys: ['J'],
    run: (screen) => openOverlay(screen, { kind: 'jobs', index: 0 }),
  },
  {
    id: 'messages.open',
    verb: 'messages',
    summary: 'Read again what was said, the newest first',
    keys: ['M'],
    run: showMessages,
  },
  {
    id: 'charts.toggle',
    verb: 'charts',
    summary: 'Show processor and memory over time',
    keys: ['m'],
    run: toggleCharts,
  },
  {
    id: 'pane.next',
    summary: 'Go to the next pane',
    keys: ['tab', 'f6'],
    run: (screen) => focusNext(screen, 1),
  },
  {
    id: 'pane.previous',
    summary: 'Go to the pane before',
    keys: ['shift-tab'],
    run: (screen) => focusNext(screen, -1),
  },
  {
    id: 'pane.images',
    summary: 'Go to the images',
    keys: ['1', 'alt-1'],
    run: (screen) => focusPane(screen, 'images'),
  },
  {
    id: 'pane.containers',
    verb: 'containers',
    summary: 'Go to the containers',
    keys: ['2', 'alt-2'],
    run: (screen) => focusPane(screen, 'containers'),
  },
  {
    id: 'pane.layers',
    summary: 'Go to the layers',
    keys: ['3', 'alt-3'],
    run: (screen) => focusPane(screen, 'layers'),
  },
  {
    id: 'pane.logs',
    summary: 'Go to the log',
    keys: ['4', 'alt-4'],
    run: (screen) => focusPane(screen, 'logs'),
  },
  {
    id: 'pane.shell',
    summary: 'Go to the newest shell',
    keys: ['5', 'alt-5'],
    run: (screen) => focusPane(screen, screen.view.state.terminals.at(-1) ?? screen.view.state.focus),
  },
  {
    id: 'pane.volumes',
    verb: 'volumes',
    summary: 'Go to the volumes',
    keys: ['6', 'alt-6'],
    run: (screen) => focusPane(screen, 'volumes'),
  },
  {
    id: 'pane.networks',
    verb: 'networks',
    summary: 'Go to the networks',
    keys: ['7', 'alt-7'],
    run: (screen) => focusPane(screen, 'networks'),
  },
  {
    id: 'pane.zoom',
    verb: 'zoom',
    summary: 'Give the pane the whole screen, or back',
    keys: ['z'],
    run: (screen) => screen.view.update((state) => ({ ...state, zoomed: !state.zoomed })),
  },
  {
    id: 'move.down',
    summary: 'Go down',
    keys: ['j', 'down'],
    run: (screen) => focusedPane(screen)?.move({ by: 1 }),
  },
  {
    id: 'move.up',
    summary: 'Go up',
    keys: ['k', 'up'],
    run: (screen) => focusedPane(screen)?.move({ by: -1 }),
  },
  {
    id: 'move.first',
    summary: 'Go to the first line',
    keys: ['g', 'home'],
    run: (screen) => focusedPane(screen)?.move({ to: 'first' }),
  },
  {
    id: 'move.last',
    summary: 'Go to the last line',
    keys: ['G', 'end'],
    run: (screen) => focusedPane(screen)?.move({ to: 'last' }),
  },
  {
    id: 'page.down',
    summary: 'Go down a page',
    keys: ['pagedown', 'ctrl-f'],
    run: (screen) => page(screen, 1),
  },
  { id: 'page.up', summary: 'Go up a page', keys: ['pageup', 'ctrl-u'], run: (screen) => page(screen, -1) },
  {
    id: 'layout.wider',
    summary: 'Make the left column wider',
    keys: ['>'],
    run: (screen) => resize(screen, 'left', steps.column),
  },
  {
    id: 'layout.narrower',
    summary: 'Make the left column narrower',
    keys: ['<'],
    run: (screen) => resize(screen, 'left', -steps.column),
  },
  {
    id: 'layout.taller',
    summary: 'Make the upper pane taller',
    keys: ['+'],
    run: (screen) => resizeUpper(screen, steps.row),
  },
  {
    id: 'layout.shorter',
    summary: 'Make the upper pane shorter',
    keys: ['-'],
    run: (screen) => resizeUpper(screen, -steps.row),
  },
  { id: 'theme.next', verb: 'theme', summary: 'Use the next theme', keys: ['T'], run: nextTheme },
  {
    id: 'view.back',
    summary: 'Clear a message, marks, a filter, a search, a zoom',
    keys: ['esc'],
    run: goBack,
  },
  {
    id: 'mouse.toggle',
    verb: 'mouse',
    summary: 'Let clicks and the wheel work here, or leave them to the terminal',
    keys: [],
    run: toggleMouse,
  },
  {
    id: 'screen.redraw',
    verb: 'redraw',
    summary: 'Draw everything anew',
    keys: ['ctrl-l'],
    run: (screen) => screen.painter.repaint(),
  },
  {
    id: 'screen.suspend',
    verb: 'suspend',
    summary: 'Go back to the shell for a while',
    keys: ['ctrl-z'],
    run: (screen) => screen.suspend(),
  },
  {
    id: 'quit',
    aliases: ['q', 'exit'],
    summary: 'Leave gantry; containers go on running',
    keys: ['q', 'ctrl-c'],
    run: askToQuit,
  },
];

function page(screen: Screen, direction: 1 | -1): void {
  const pane = focusedPane(screen);
  pane?.move({ by: direction * Math.max(1, pane.pageRows() - 1) });
}

function toggleLogs(screen: Screen, key: 'wrap' | 'timestamps'): void {
  const value = !screen.view.state.logs[key];
  changeLogs(screen, (logs) => ({ ...logs, [key]: value, shift: 0 }));
  screen.files.change((before) => ({ ...before, logs: { ...before.logs, [key]: value } }));
}

function shiftLog(screen: Screen, by: number): void {
  changeLogs(screen, (logs) => ({ ...logs, wrap: false, shift: Math.max(0, logs.shift + by) }));
}

function changeLogs(screen: Screen, change: (logs: LogsView) => LogsView): void {
  screen.view.update((state) => ({ ...state, logs: change(state.logs) }));
}

function resizeUpper(screen: Screen, by: number): void {
  const { focus } = screen.view.state;
  resize(screen, isSlotPane(focus) || focus === 'layers' ? 'upperLeft' : 'upperRight', by);
}

function resize(screen: Screen, key: 'left' | 'upperLeft' | 'upperRight', by: number): void {
  keepSizes(screen, (sizes) => ({ ...sizes, [key]: movedFraction(sizes[key], by) }));
}

function toggleMouse(screen: Screen): void {
  const mouse = !screen.view.state.mouse;
  screen.view.update((state) => ({ ...state, mouse }));
  screen.files.change((before) => ({ ...before, mouse }));
  say(screen, 'info', mouse ? 'clicks and the wheel work here' : 'the mouse is the terminal’s');
}

function toggleCharts(screen: Screen): void {
  keepSizes(screen, (sizes) => ({ ...sizes, charts: !sizes.charts }));
}

function keepSizes(screen: Screen, change: (sizes: LayoutSizes) => LayoutSizes): void {
  const sizes = change(screen.view.state.sizes);
  screen.view.update((state) => ({ ...state, sizes }));
  screen.files.change((before) => ({ ...before, layout: sizes }));
}
