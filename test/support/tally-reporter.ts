import { writeSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** What a run came to. `failed` also counts what broke outside a test: a file that does not load, a hook, a stray rejection. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The closing line: `12 passed, 0 failed`, with `, 3 skipped` where something was skipped. */
export function tallyLine(tally: Tally): string {
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : '';
  return `${tally.passed} passed, ${tally.failed} failed${skipped}`;
}

/**
 * Ends a run with its tally, alone on the very last line of stdout.
 * The exit status stays vitest's. Written when the process leaves: other reporters print after a run has ended, too.
 */
export class TallyReporter implements Reporter {
  #tally: Tally | undefined;

  onInit(): void {
    process.once('exit', (status) => {
      if (this.#tally) writeSync(1, `${tallyLine(atLeastOneFailed(this.#tally, status))}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], strayErrors: readonly unknown[]): void {
    this.#tally = sum(modules, strayErrors.length);
  }
}

/** A run that ends badly without any test to blame (a set-up that throws) must not read as if all were well. */
function atLeastOneFailed(tally: Tally, status: number): Tally {
  return status !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}

function sum(modules: readonly TestModule[], strayErrors: number): Tally {
  const count = { passed: 0, failed: strayErrors, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      // A test that is still pending at the end went down with its worker.
      count[state === 'pending' ? 'failed' : state] += 1;
    }
    for (const suite of [module, ...module.children.allSuites()]) {
      if (suite.errors().length > 0) count.failed += 1;
    }
  }
  return count;
}
