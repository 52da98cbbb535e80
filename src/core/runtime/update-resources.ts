import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GantryError } from '../../base/gantry-error.ts';
import type { Resources } from '../../engine/containers.ts';
import { hostFacts } from './host-facts.ts';
import { type OciProgram, runOci } from './oci-program.ts';
import { linuxResources } from './spec/resources.ts';

/** See `Runtime.update`. Devices stay as they are: what a container may use of them is settled when it starts. */
export async function updateResources(
  program: OciProgram,
  id: string,
  dir: string,
  resources: Resources,
): Promise<void> {
  const { devices: _, ...limits } = linuxResources(resources, [], hostFacts());
  if (Object.keys(limits).length === 0) return;
  const file = join(dir, 'update.json');
  writeFileSync(file, JSON.stringify(limits), { mode: 0o600 });
  try {
    const { status, stderr } = await runOci(program, ['update', '--resources', file, id]);
    if (status === 0) return;
    const said = stderr.trim().split('\n').at(-1) ?? '';
    throw new GantryError({
      kind: 'conflict',
      code: 'limits-refused',
      message: `Cannot update container ${id}: ${said.replace(/^.*?(?:error|ERROR)[^:]*: /, '')}`,
      hint: 'A memory limit below what is in use is refused by the kernel; stop what uses it first.',
    });
  } finally {
    rmSync(file, { force: true });
  }
}
