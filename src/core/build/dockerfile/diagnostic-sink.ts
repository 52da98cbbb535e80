import type { SourcePosition } from '../../../engine/builds.ts';
import { type Rule, type RuleDetails, type RuleName, rules } from '../lint/rules.ts';
import type { Diagnostic } from './diagnostic.ts';

/** More than these of one severity and the file is not a Dockerfile at all. */
const diagnosticLimit = 200;
const longestMessage = 1000;

/** Where those who read one file put what they notice. */
export class DiagnosticSink {
  readonly diagnostics: Diagnostic[] = [];
  readonly #file: string;
  readonly #counts = { error: 0, warning: 0 };

  constructor(file: string) {
    this.#file = file;
  }

  get failed(): boolean {
    return this.#counts.error > 0;
  }

  /** Whether further findings are dropped. */
  get isFull(): boolean {
    return this.#counts.warning >= diagnosticLimit;
  }

  at(line: number, column = 1, endLine = line): SourcePosition {
    return { file: this.#file, line, column, endLine };
  }

  error(code: string, message: string, position: SourcePosition, hint?: string): void {
    this.#add({ severity: 'error', code, message: shortened(message), hint, position });
  }

  /** A build check found something. */
  finding<Name extends RuleName>(rule: Name, position: SourcePosition, ...details: RuleDetails<Name>): void {
    const { message }: Rule = rules[rule];
    const text = shortened(message(...details));
    this.#add({ severity: 'warning', code: rule, message: text, hint: undefined, position });
  }

  #add(diagnostic: Diagnostic): void {
    this.#counts[diagnostic.severity] += 1;
    if (this.#counts[diagnostic.severity] <= diagnosticLimit) this.diagnostics.push(diagnostic);
  }
}

/** What is wrong may be a megabyte long; what is said of it stands before and after. */
function shortened(message: string): string {
  if (message.length <= longestMessage) return message;
  return `${message.slice(0, longestMessage / 2)}…${message.slice(-longestMessage / 2)}`;
}
