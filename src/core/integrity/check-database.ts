import type { CheckContext, Problem } from './problem.ts';

/** The file all records lie in, as SQLite sees it. */
export function* checkDatabase({ services, depth }: CheckContext): Generator<Problem> {
  for (const message of services.metadata.verify(depth === 'quick' ? 'quick' : 'full')) {
    yield {
      code: 'database-damaged',
      severity: 'damage',
      subject: services.dirs.database,
      message: `the database is damaged: ${message}`,
      remedy: 'move it away to start without records; images have to be pulled or built again',
      done: '',
      mend: undefined,
    };
  }
}
