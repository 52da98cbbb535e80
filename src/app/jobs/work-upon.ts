import type { JobsState } from './job.ts';

const words: Readonly<Record<string, string>> = {
  'container.start': 'starting',
  'container.stop': 'stopping',
  'container.restart': 'restarting',
  'container.kill': 'killing',
  'container.pause': 'pausing',
  'container.unpause': 'unpausing',
  'container.remove': 'removing',
};

/** What a job that runs here is doing to a container, `stopping`; undefined when none is. */
export function workUpon(
  { jobs }: JobsState,
  container: { readonly id: string; readonly name: string },
): string | undefined {
  const job = jobs.findLast(
    ({ state, command, operands }) =>
      state === 'running' &&
      command in words &&
      (operands.includes(container.name) || operands.includes(container.id)),
  );
  return job === undefined ? undefined : words[job.command];
}
