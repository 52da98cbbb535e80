import { lexTemplate, type TemplateToken } from './lex-template.ts';
import { templateError } from './template-error.ts';
import { templateFunctions } from './template-functions.ts';
import type { TemplateCall, TemplateNode, TemplateOperand, TemplatePipeline } from './template-node.ts';

const keywords = new Set([
  'if',
  'else',
  'end',
  'range',
  'with',
  'break',
  'continue',
  'define',
  'template',
  'block',
]);

/** A Go template as a tree. Throws `invalid` / `bad-template` in Go's words. */
export function parseTemplate(source: string): readonly TemplateNode[] {
  const tokens = lexTemplate(source);
  let at = 0;
  let loops = 0;
  const scopes: Set<string>[] = [new Set([''])];

  const { nodes, end } = parseNodes();
  if (end !== undefined) throw templateError(`unexpected {{${end}}}`);
  return nodes;

  /** Nodes up to an `else` or `end` of somebody above, which is eaten up to (not with) what follows the word. */
  function parseNodes(): { nodes: TemplateNode[]; end: 'else' | 'end' | undefined } {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const token = tokens[at];
      if (token === undefined) return { nodes, end: undefined };
      at += 1;
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      skipSpace();
      const first = tokens[at];
      if (first?.kind !== 'word' || !keywords.has(first.word)) {
        const pipeline = parsePipeline('command');
        expectClose();
        nodes.push({ kind: 'action', pipeline });
        continue;
      }
      at += 1;
      switch (first.word) {
        case 'end':
          expectClose();
          return { nodes, end: 'end' };
        case 'else':
          return { nodes, end: 'else' };
        case 'if':
        case 'with':
        case 'range':
          nodes.push(parseBlock(first.word));
          break;
        case 'break':
        case 'continue':
          if (loops === 0) throw templateError(`{{${first.word}}} outside {{range}}`);
          expectClose();
          nodes.push({ kind: first.word });
          break;
        default:
          throw templateError(`{{${first.word}}} is not supported`);
      }
    }
  }

  function parseBlock(kind: 'if' | 'with' | 'range'): TemplateNode {
    scopes.push(new Set());
    const pipeline = parsePipeline(kind);
    expectClose();
    if (kind === 'range') loops += 1;
    const body = parseNodes();
    if (kind === 'range') loops -= 1;
    let otherwise: TemplateNode[] = [];
    if (body.end === 'else') {
      skipSpace();
      const next = tokens[at];
      if (next?.kind === 'word' && (next.word === 'if' || next.word === 'with')) {
        at += 1;
        otherwise = [parseBlock(next.word)];
      } else {
        expectClose();
        const rest = parseNodes();
        if (rest.end === 'else') throw templateError('expected end; found {{else}}');
        if (rest.end === undefined) throw templateError('unexpected EOF');
        otherwise = rest.nodes;
      }
    } else if (body.end === undefined) {
      throw templateError('unexpected EOF');
    }
    scopes.pop();
    return { kind, pipeline, body: body.nodes, otherwise };
  }

  function parsePipeline(context: string): TemplatePipeline {
    const { variables, declares } = parseVariables(context === 'range');
    const calls: TemplateCall[] = [];
    for (;;) {
      skipSpace();
      const token = tokens[at];
      if (token === undefined) throw templateError('unexpected EOF');
      if (token.kind === 'close' || token.kind === ')') {
        if (token.kind === ')' && context !== 'parenthesized pipeline')
          throw templateError('unexpected right paren');
        if (calls.length === 0) throw templateError(`missing value for ${context}`);
        break;
      }
      if (calls.length > 0 && token.kind !== '|') throw unexpected(token, 'operand');
      if (calls.length > 0) {
        at += 1;
        skipSpace();
      }
      calls.push(parseCall(context, calls.length));
    }
    if (declares) for (const name of variables) scopes.at(-1)!.add(name);
    return { variables, declares, calls };
  }

  function parseVariables(isRange: boolean): { variables: string[]; declares: boolean } {
    skipSpace();
    const start = at;
    const variables: string[] = [];
    for (;;) {
      const token = tokens[at];
      if (token?.kind !== 'variable' || token.name === '') break;
      at += 1;
      skipSpace();
      const next = tokens[at]?.kind;
      if (next === ',' && isRange && variables.length === 0) {
        variables.push(token.name);
        at += 1;
        skipSpace();
        continue;
      }
      if (next !== ':=' && next !== '=') break;
      at += 1;
      if (next === '=') checkVariable(token.name);
      return { variables: [...variables, token.name], declares: next === ':=' };
    }
    at = start;
    return { variables: [], declares: false };
  }

  function parseCall(context: string, stage: number): TemplateCall {
    const operands: TemplateOperand[] = [];
    for (;;) {
      skipSpace();
      const token = tokens[at];
      if (token === undefined) throw templateError('unexpected EOF');
      if (token.kind === 'close' || token.kind === ')') break;
      if (token.kind === '|' && operands.length > 0) break;
      operands.push(parseOperand(token, operands.length === 0 ? 'command' : 'operand'));
      const next = tokens[at]?.kind;
      if (next !== 'space' && next !== 'close' && next !== ')' && next !== '|') {
        throw unexpected(tokens[at], 'operand');
      }
    }
    const [head, ...args] = operands;
    if (head === undefined) throw templateError(`missing value for ${context}`);
    if (stage > 0 && head.kind === 'literal') {
      throw templateError(`non executable command in pipeline stage ${stage + 1}`);
    }
    return { head, args };
  }

  function parseOperand(token: TemplateToken, where: string): TemplateOperand {
    at += 1;
    switch (token.kind) {
      case 'string':
      case 'number':
        return { kind: 'literal', value: token.value };
      case 'field':
        return { kind: 'field', path: token.name === '' ? [] : [token.name, ...parsePath()] };
      case 'variable':
        checkVariable(token.name);
        return { kind: 'variable', name: token.name, path: parsePath() };
      case '(': {
        const pipeline = parsePipeline('parenthesized pipeline');
        if (tokens[at]?.kind !== ')') throw templateError('unclosed left paren');
        at += 1;
        return { kind: 'group', pipeline, path: parsePath() };
      }
      case 'word':
        if (token.word === 'true' || token.word === 'false') {
          return { kind: 'literal', value: token.word === 'true' };
        }
        if (token.word === 'nil') return { kind: 'literal', value: null };
        if (!Object.hasOwn(templateFunctions, token.word) && token.word !== 'and' && token.word !== 'or') {
          throw templateError(`function ${JSON.stringify(token.word)} not defined`);
        }
        return { kind: 'function', name: token.word };
      default:
        throw unexpected(token, where);
    }
  }

  function parsePath(): string[] {
    const path: string[] = [];
    for (let token = tokens[at]; token?.kind === 'field' && token.name !== ''; token = tokens[at]) {
      path.push(token.name);
      at += 1;
    }
    return path;
  }

  function checkVariable(name: string): void {
    if (!scopes.some((scope) => scope.has(name))) throw templateError(`undefined variable "$${name}"`);
  }

  function skipSpace(): void {
    while (tokens[at]?.kind === 'space') at += 1;
  }

  function expectClose(): void {
    skipSpace();
    const token = tokens[at];
    if (token?.kind === ')') throw templateError('unexpected right paren');
    if (token?.kind !== 'close') throw unexpected(token, 'command');
    at += 1;
  }
}

function unexpected(token: TemplateToken | undefined, where: string): Error {
  if (token === undefined) return templateError('unexpected EOF');
  const shown =
    token.kind === 'field'
      ? `<.${token.name}>`
      : token.kind === 'word'
        ? `<${token.word}>`
        : token.kind === 'string' || token.kind === 'number'
          ? JSON.stringify(token.value)
          : JSON.stringify(token.kind);
  return templateError(`unexpected ${shown} in ${where}`);
}
