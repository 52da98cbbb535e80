import { GantryError } from '../../../base/gantry-error.ts';
import { requireBinary } from '../find-binary.ts';
import { runCommand } from '../run-command.ts';

/** Loads an nft script (nft(8)) as one transaction: all of it or nothing. */
export async function loadNftScript(script: string): Promise<void> {
  const result = await runCommand({ argv: [requireBinary('nft', 'nftables'), '-f', '-'], input: script });
  if (result.status === 0) return;
  throw new GantryError({
    kind: 'io',
    code: 'nft-failed',
    message: `nft refuses the rules: ${result.stderr.trim().split('\n', 1)[0] ?? ''}`,
    hint: 'Is the kernel built with nf_tables and NAT? "gantry doctor" tells.',
    details: { stderr: result.stderr },
  });
}
