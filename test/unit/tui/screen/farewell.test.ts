import { describe, expect, it } from 'vitest';
import { farewell } from '../../../../src/tui/screen/farewell.ts';
import { sampleContainer, sampleContainers } from '../../../support/sample-objects.ts';

describe('who leaves the screen', () => {
  it('is told which containers go on', () => {
    expect(farewell({ containers: sampleContainers() })).toBe(
      '3 containers go on without gantry: web, api, worker',
    );
    const one = [sampleContainer('web', 'web:1', { state: 'running' })];
    expect(farewell({ containers: one })).toBe('1 container goes on without gantry: web');
  });

  it('is told a handful of names at most', () => {
    const containers = Array.from({ length: 8 }, (_, index) => sampleContainer(`c${index}`, 'a', {}));
    expect(farewell({ containers })).toBe('8 containers go on without gantry: c0, c1, c2, c3, c4 and 3 more');
  });

  it('is told nothing where none runs', () => {
    expect(farewell({ containers: undefined })).toBe('');
    expect(farewell({ containers: [sampleContainer('a', 'a', { state: 'exited' })] })).toBe('');
  });
});
