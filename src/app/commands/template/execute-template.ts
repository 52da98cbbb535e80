import { printAction } from './go-print.ts';
import { templateError } from './template-error.ts';
import { callTemplateFunction } from './template-functions.ts';
import type { TemplateCall, TemplateNode, TemplateOperand, TemplatePipeline } from './template-node.ts';
import { fieldOf, goType, isTemplateObject, isTrue } from './template-value.ts';

interface Variable {
  readonly name: string;
  value: unknown;
}

type Flow = 'next' | 'break' | 'continue';

/** Functions that change a text; a header passes through them as it is. */
const textFunctions = new Set(['json', 'lower', 'upper', 'title', 'truncate', 'split', 'join', 'pad']);

/**
 * The text a template makes of `data`. With `plainText`, functions that change a text give it back as it is: that is
 * how the header of a `table` is made. Throws `invalid` / `bad-template` for what only shows while it runs.
 */
export function executeTemplate(
  nodes: readonly TemplateNode[],
  data: unknown,
  { plainText = false }: { readonly plainText?: boolean } = {},
): string {
  let output = '';
  const variables: Variable[] = [{ name: '', value: data }];
  run(nodes, data);
  return output;

  function run(list: readonly TemplateNode[], dot: unknown): Flow {
    for (const node of list) {
      const flow = step(node, dot);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  function step(node: TemplateNode, dot: unknown): Flow {
    switch (node.kind) {
      case 'text':
        output += node.text;
        return 'next';
      case 'action': {
        const value = evaluate(node.pipeline, dot);
        if (node.pipeline.variables.length === 0) output += printAction(value);
        return 'next';
      }
      case 'break':
      case 'continue':
        return node.kind;
      case 'range':
        return scoped(() => runRange(node, dot));
      case 'if':
      case 'with':
        return scoped(() => {
          const value = evaluate(node.pipeline, dot);
          if (!isTrue(value)) return run(node.otherwise, dot);
          return run(node.body, node.kind === 'with' ? value : dot);
        });
    }
  }

  function runRange(node: TemplateNode & { kind: 'range' | 'if' | 'with' }, dot: unknown): Flow {
    const { variables: names, declares } = node.pipeline;
    const items = entriesOf(evaluateCalls(node.pipeline, dot));
    if (items.length === 0) return run(node.otherwise, dot);
    const bind = (name: string, value: unknown): void => {
      if (declares) variables.push({ name, value });
      else set(name, value);
    };
    for (const [key, value] of items) {
      const flow = scoped(() => {
        if (names.length === 1) bind(names[0]!, value);
        if (names.length === 2) {
          bind(names[0]!, key);
          bind(names[1]!, value);
        }
        return run(node.body, value);
      });
      if (flow === 'break') break;
    }
    return 'next';
  }

  function scoped(work: () => Flow): Flow {
    const depth = variables.length;
    try {
      return work();
    } finally {
      variables.length = depth;
    }
  }

  function set(name: string, value: unknown): void {
    const variable = variables.findLast((known) => known.name === name);
    if (variable !== undefined) variable.value = value;
  }

  function evaluate(pipeline: TemplatePipeline, dot: unknown): unknown {
    const value = evaluateCalls(pipeline, dot);
    for (const name of pipeline.variables) {
      if (pipeline.declares) variables.push({ name, value });
      else set(name, value);
    }
    return value;
  }

  function evaluateCalls({ calls }: TemplatePipeline, dot: unknown): unknown {
    let value: unknown;
    calls.forEach((call, stage) => {
      value = stage === 0 ? evaluateCall(call, dot, []) : evaluateCall(call, dot, [value]);
    });
    return value;
  }

  function evaluateCall({ head, args }: TemplateCall, dot: unknown, piped: readonly unknown[]): unknown {
    if (head.kind === 'function' && (head.name === 'and' || head.name === 'or')) {
      return shortCircuit(head.name, args, dot, piped);
    }
    const values = [...args.map((operand) => evaluateOperand(operand, dot, [])), ...piped];
    if (head.kind === 'function') {
      if (plainText && textFunctions.has(head.name)) return values.find((value) => typeof value === 'string');
      return callTemplateFunction(head.name, values);
    }
    if (values.length > 0 && (head.kind === 'literal' || head.kind === 'group' || !head.path.length)) {
      throw templateError(`executing "": can't give argument to non-function ${describe(head)}`);
    }
    return evaluateOperand(head, dot, values);
  }

  function shortCircuit(
    name: 'and' | 'or',
    args: readonly TemplateOperand[],
    dot: unknown,
    piped: readonly unknown[],
  ): unknown {
    if (args.length + piped.length === 0) {
      throw templateError(
        `executing "" at <${name}>: wrong number of args for ${name}: want at least 1 got 0`,
      );
    }
    let value: unknown;
    for (const operand of args) {
      value = evaluateOperand(operand, dot, []);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  function evaluateOperand(operand: TemplateOperand, dot: unknown, args: readonly unknown[]): unknown {
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'function':
        return operand.name === 'and' || operand.name === 'or'
          ? shortCircuit(operand.name, [], dot, [])
          : callTemplateFunction(operand.name, []);
      case 'field':
        return follow(dot, operand.path, args);
      case 'variable':
        return follow(variables.findLast(({ name }) => name === operand.name)?.value, operand.path, args);
      case 'group':
        return follow(evaluate(operand.pipeline, dot), operand.path, args);
    }
  }
}

function follow(start: unknown, path: readonly string[], args: readonly unknown[]): unknown {
  let value = start;
  path.forEach((name, at) => {
    value = fieldOf(value, name, at === path.length - 1 ? args : []);
  });
  return value;
}

function entriesOf(value: unknown): readonly (readonly [unknown, unknown])[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.map((item, at) => [at, item] as const);
  if (Number.isInteger(value)) {
    return Array.from(
      { length: Math.min(Math.max(value as number, 0), 1_000_000) },
      (_, at) => [at, at] as const,
    );
  }
  if (typeof value === 'object' && !isTemplateObject(value)) {
    return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  }
  throw templateError(`executing "": range can't iterate over ${goType(value)}`);
}

function describe(operand: TemplateOperand): string {
  if (operand.kind === 'literal') return JSON.stringify(operand.value);
  return operand.kind === 'variable' ? `$${operand.name}` : '.';
}
