import { GantryError } from '../../base/gantry-error.ts';
import { changeRecord, eventOf } from './change-record.ts';
import type { ContainerContext } from './container-context.ts';
import { findContainer } from './find-container.ts';

const legalName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** Throws `invalid` / `bad-container-name` in Docker's words. */
export function checkContainerName(name: string): void {
  if (legalName.test(name) && name.length <= 255) return;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-container-name',
    message: `Invalid container name (${name.slice(0, 260)}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`,
  });
}

/** Throws `conflict` / `name-in-use` in Docker's words if another container has the name. In a transaction, best. */
export function requireFreeName(context: ContainerContext, name: string): void {
  const holder = context.names.get(name);
  if (holder === undefined) return;
  throw new GantryError({
    kind: 'conflict',
    code: 'name-in-use',
    message: `Conflict. The container name "/${name}" is already in use by container "${holder}". You have to remove (or rename) that container to be able to reuse that name.`,
  });
}

/** Gives a container another name. */
export function renameContainer(context: ContainerContext, idOrName: string, name: string): void {
  const { id } = findContainer(context, idOrName);
  const wanted = name.replace(/^\//, '');
  if (wanted === '') {
    throw new GantryError({
      kind: 'invalid',
      code: 'bad-container-name',
      message: 'Neither old nor new names may be empty',
    });
  }
  checkContainerName(wanted);
  context.metadata.transaction(() => {
    const { name: oldName } = findContainer(context, id);
    if (oldName === wanted) {
      throw new GantryError({
        kind: 'invalid',
        code: 'same-name',
        message: 'Renaming a container with the same name as its current name',
      });
    }
    requireFreeName(context, wanted);
    context.names.delete(oldName);
    context.names.put(wanted, id);
    changeRecord(
      context,
      id,
      () => ({ name: wanted }),
      (changed) => ({ type: 'container.renamed', ...eventOf(changed), oldName }),
    );
  });
}
