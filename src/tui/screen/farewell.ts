import type { EngineState } from '../../app/state/engine-state.ts';
import { stripControl } from '../../base/strip-control.ts';

const mostNames = 5;

/** What whoever leaves the screen should know: containers that go on. Empty where there are none. */
export function farewell({ containers = [] }: Pick<EngineState, 'containers'>): string {
  const names = containers
    .filter(({ state }) => state === 'running' || state === 'paused' || state === 'restarting')
    .map(({ name }) => stripControl(name));
  if (names.length === 0) return '';
  const count = names.length === 1 ? '1 container goes on' : `${names.length} containers go on`;
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : '';
  return `${count} without gantry: ${names.slice(0, mostNames).join(', ')}${more}`;
}
