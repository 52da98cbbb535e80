import { hasRemains } from '../containers/container-remains.ts';
import type { CheckContext, Problem } from './problem.ts';
import { soundEntries } from './sound-entries.ts';

/** Names of containers and users of images, which tell from the records what would be slow to look for. */
export function* checkContainerIndex({ containers, services }: CheckContext): Generator<Problem> {
  const { dirs, metadata } = services;
  const isHere = (id: string): boolean => containers.records.has(id) || hasRemains(dirs, id);
  const wrong = metadata.transaction(() => {
    const found: { readonly subject: string; readonly mend: () => void }[] = [];
    for (const [name, id] of soundEntries(containers.names)) {
      if (!isHere(id)) found.push({ subject: `name ${name}`, mend: () => containers.names.delete(name) });
    }
    for (const key of containers.imageUsers.keys()) {
      if (!isHere(key.slice(key.indexOf('/') + 1)))
        found.push({ subject: `image user ${key}`, mend: () => containers.imageUsers.delete(key) });
    }
    for (const [id, record] of soundEntries(containers.records)) {
      const user = `${record.imageId}/${id}`;
      if (!containers.imageUsers.has(user))
        found.push({ subject: `image user ${user}`, mend: () => containers.imageUsers.put(user, true) });
      if (!containers.names.has(record.name))
        found.push({
          subject: `name ${record.name}`,
          mend: () => containers.names.put(record.name, id),
        });
    }
    return found;
  });
  for (const { subject, mend } of wrong) {
    yield {
      code: 'container-index',
      severity: 'damage',
      subject,
      message: `the index of containers is wrong: ${subject}`,
      remedy: 'set it right from the records',
      done: 'set right from the records',
      mend,
    };
  }
}
