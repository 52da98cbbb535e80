import type { SourcePosition } from '../../../engine/builds.ts';
import type { Diagnostic } from './diagnostic.ts';

/** More than these and the file is not a Dockerfile at all. */
const diagnosticLimit = 200;

/** Where the parsers of one file put what they notice. */
export class DiagnosticSink {
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  get failed(): boolean {
    return this.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  }

  at(line: number, column = 1, endLine = line): SourcePosition {
    return { file: this.#file, line, column, endLine };
  }

  error(code: string, message: string, position: SourcePosition, hint?: string): void {
    this.#add({ severity: 'error', code, message, hint, position });
  }

  warning(code: string, message: string, position: SourcePosition, hint?: string): void {
    this.#add({ severity: 'warning', code, message, hint, position });
  }

  #add(diagnostic: Diagnostic): void {
    if (this.diagnostics.length < diagnosticLimit) this.diagnostics.push(diagnostic);
  }
}
