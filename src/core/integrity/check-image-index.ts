import type { CheckContext, Problem } from './problem.ts';

/** What lists show of images says what their records say. The database sees to that: nothing but damage parts them. */
export function* checkImageIndex({ services }: CheckContext): Generator<Problem> {
  const { metadata } = services;
  for (const id of metadata.imageSummaries.wrong()) {
    yield {
      code: 'image-index',
      severity: 'damage',
      subject: id,
      message: `the index of images is wrong: image ${id}`,
      remedy: 'set it right from the record',
      done: 'set right from the record',
      mend: () => metadata.transaction(() => metadata.imageSummaries.renew(id)),
    };
  }
}
