import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { executeTemplate } from '../../../../../src/app/commands/template/execute-template.ts';
import { parseTemplate } from '../../../../../src/app/commands/template/parse-template.ts';
import type { GantryError } from '../../../../../src/base/gantry-error.ts';

const data = {
  Name: 'web',
  Count: 3,
  Ratio: 0.5,
  Empty: '',
  Nothing: null,
  Labels: { b: '2', a: '1' },
  Ports: { '80/tcp': [{ HostIp: '0.0.0.0', HostPort: '8080' }] },
  List: ['x', 'y'],
  State: { Running: true },
};
const show = (template: string, value: unknown = data) => executeTemplate(parseTemplate(template), value);
const problem = (template: string): string => {
  try {
    show(template);
  } catch (error) {
    expect((error as GantryError).kind).toBe('invalid');
    expect((error as GantryError).exitCode).toBe(1);
    return (error as GantryError).message;
  }
  return '';
};

describe('a template', () => {
  it.each([
    ['plain text', 'plain text'],
    ['{{.Name}}-{{.Count}}', 'web-3'],
    ['{{.State.Running}}', 'true'],
    ['{{ .Name }} {{- "x" -}}  y', 'webxy'],
    ['{{/* not said */}}a', 'a'],
    ['{{.Labels}}', 'map[a:1 b:2]'],
    ['{{.List}}', '[x y]'],
    ['{{.Labels.a}} {{.Labels.zz}}', '1 <no value>'],
    ['{{index .Labels "b"}}{{index .Labels "zz"}}', '2'],
    ['{{(index (index .Ports "80/tcp") 0).HostPort}}', '8080'],
    ['{{range .List}}[{{.}}]{{end}}', '[x][y]'],
    ['{{range $i, $e := .List}}{{$i}}{{$e}}{{end}}', '0x1y'],
    ['{{range $key, $value := .Labels}}{{$key}}={{$value}};{{end}}', 'a=1;b=2;'],
    ['{{range $p, $conf := .Ports}}{{$p}} -> {{(index $conf 0).HostPort}}{{end}}', '80/tcp -> 8080'],
    ['{{range .Empty | split ","}}x{{end}}', 'x'],
    ['{{range .Nothing}}x{{else}}none{{end}}', 'none'],
    ['{{if .Empty}}a{{else if .Count}}b{{else}}c{{end}}', 'b'],
    ['{{with .State}}{{.Running}}{{$.Name}}{{end}}', 'trueweb'],
    ['{{with .Empty}}a{{else}}b{{end}}', 'b'],
    ['{{$x := 1}}{{if true}}{{$x = 2}}{{$x := 3}}{{end}}{{$x}}', '2'],
    ['{{range $i, $e := .List}}{{if $i}}, {{end}}{{$e}}{{end}}', 'x, y'],
    ['{{range .List}}{{if eq . "y"}}{{break}}{{end}}{{.}}{{end}}', 'x'],
    ['{{range .List}}{{if eq . "x"}}{{continue}}{{end}}{{.}}{{end}}', 'y'],
    ['{{.Name | upper | printf "%s!"}}', 'WEB!'],
    ['{{join .List ", "}} {{lower "ABC"}} {{title "a bc"}}', 'x, y abc A Bc'],
    ['{{pad .Name 1 2}}|{{truncate .Name 2}}', ' web  |we'],
    ['{{json .Labels}} {{json .Name}}', '{"b":"2","a":"1"} "web"'],
    ['{{len .List}} {{len .Name}}', '2 3'],
    ['{{eq .Name "api" "web"}} {{ne 1 2}} {{lt 1 2}} {{ge 2 2}}', 'true true true true'],
    ['{{and .Name .Empty .Count}}|{{or .Empty .Name}}|{{not .Empty}}', '|web|true'],
    ['{{print "a" 1 2 "b"}} {{println "x" 1}}', 'a1 2b x 1\n'],
    ['{{.Ratio}} {{.Nothing}} {{`raw`}}', '0.5 <no value> raw'],
    ['{{"tab\\tnew"}}', 'tab\tnew'],
  ])('%s', (template, text) => {
    expect(show(template)).toBe(text);
  });

  it.each([
    ['{{', 'unclosed action'],
    ['{{.Name', 'unclosed action'],
    ['{{foo}}', 'function "foo" not defined'],
    ['{{constructor}}', 'function "constructor" not defined'],
    ['{{end}}', 'unexpected {{end}}'],
    ['{{if true}}x', 'unexpected EOF'],
    ['{{if}}{{end}}', 'missing value for if'],
    ['{{$x}}', 'undefined variable "$x"'],
    ['{{"open}}', 'unterminated quoted string'],
    ['{{.Name}', "bad character U+007D '}'"],
    ['{{1 | 2}}', 'non executable command in pipeline stage 2'],
    ['{{break}}', '{{break}} outside {{range}}'],
    ['{{(1}}', 'unclosed left paren'],
  ])('%s does not parse', (template, why) => {
    expect(problem(template)).toBe(`template parsing error: template: :1: ${why}`);
  });

  it('refuses a field no object of that kind has', () => {
    expect(problem('{{.Nope}}')).toContain('map has no entry for key "Nope"');
    expect(problem('{{.Name.Nope}}')).toContain("can't evaluate field Nope in type string");
    expect(problem('{{.constructor}}')).toContain('map has no entry');
    expect(show('{{.__proto__}}', { a: 1 })).toBe('<no value>');
  });

  it('refuses what a function cannot take', () => {
    expect(problem('{{index .List 5}}')).toContain('error calling index: index out of range: 5');
    expect(problem('{{eq 1 "a"}}')).toContain('incompatible types for comparison');
    expect(problem('{{len 3}}')).toContain('len of type int');
    expect(problem('{{lower 1}}')).toContain('expected string; got int');
    expect(problem('{{split "a"}}')).toContain('wrong number of args for split: want 2 got 1');
    expect(problem('{{pad "x" 999999999 1}}')).toContain('error calling pad');
    expect(problem('{{range .Count}}{{.}}{{end}}{{range .Ratio}}{{end}}')).toContain("can't iterate");
  });

  it('changes nothing in the texts of a header', () => {
    const header = executeTemplate(
      parseTemplate('{{upper .Name}} {{json .Name}} {{truncate .Name 1}}'),
      data,
      {
        plainText: true,
      },
    );
    expect(header).toBe('web web web');
  });

  it('either parses or is refused as invalid, whatever is written', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom(
        '{{',
        '}}',
        '{{end}}',
        '{{if .Name}}',
        '{{range .List}}',
        '.Name',
        '|',
        '"',
        '`',
        '(',
        ')',
        ' $x ',
        ':=',
        '{{-',
        '-}}',
        'index',
        ' 1 ',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          expect(typeof show(pieces.join(''))).toBe('string');
        } catch (error) {
          expect((error as GantryError).code).toBe('bad-template');
        }
      }),
      { numRuns: 300 },
    );
  });
});
