import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const checkout = join(import.meta.dirname, '../..');

/** Before tests that start the built program: builds it if it is older than its sources. */
export function setup(): void {
  const stamp = join(checkout, 'dist/outputs.json');
  if (existsSync(stamp) && !isOlder(stamp)) return;
  execFileSync(process.execPath, [join(checkout, 'scripts/build.ts')], { stdio: 'inherit' });
}

function isOlder(stamp: string): boolean {
  const sources = ['src', 'plugins', 'themes', 'scripts/build'].filter((name) =>
    existsSync(join(checkout, name)),
  );
  const newer = execFileSync('find', [...sources, '-newer', stamp, '-print', '-quit'], { cwd: checkout });
  return newer.length > 0;
}
