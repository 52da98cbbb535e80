import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { executeTemplate } from '../../src/app/commands/template/execute-template.ts';
import { parseTemplate } from '../../src/app/commands/template/parse-template.ts';

/**
 * `docker version --format` runs any template on its client's version, with no daemon: the very engine scripts were
 * written for. What fails while it runs it keeps to itself; what does not parse it tells.
 */
const installed = spawnSync('docker', ['--version']).status === 0;
const noDaemon = { ...process.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };

const shown = [
  'a{{- " b" -}}  c',
  '{{/* x */}}y',
  'a {{- /* x */ -}} b',
  '{{1.50}} {{1e3}} {{0x1f}} {{true}} {{-1}}',
  '{{print "a" "b" 1 2 "c"}}{{println "a" 1 2}}',
  '{{printf "%d %q %5.2f|%-5s|%x %v %05d %t %+d %s %d" 3 "a" 1.5 "b" 255 "z" 42 true 3 5 "x"}}',
  '{{printf "%s"}} {{printf "a" 1 "b"}} {{printf "%z" 1}}',
  '{{printf "%e %g %.3g %c%c %o" 12345.678 1e21 1234.5678 65 0x42 8}}',
  '{{printf "%5d|%-5d|%05d|%6.3f|%-8q|%8s|%t" 42 42 42 3.14159 "a" "é" false}}',
  '{{range $i, $e := split "a,b" ","}}{{$i}}={{$e}};{{else}}none{{end}}',
  '{{range split "" "," }}[{{.}}]{{end}}',
  '{{range split "a,b,c,d" ","}}{{if eq . "c"}}{{break}}{{end}}{{if eq . "a"}}{{continue}}{{end}}{{.}}{{end}}',
  '{{with "x"}}{{.}}{{else}}no{{end}}{{with ""}}{{.}}{{else}}no{{end}}{{with $v := "q"}}{{$v}}{{.}}{{end}}',
  '{{if and 1 0}}a{{else if or 0 "x"}}b{{else}}c{{end}} {{not 1}} {{not 0}}',
  '{{$x := 1}}{{if true}}{{$x = 2}}{{$x := 3}}{{$x}}{{end}}{{$x}}',
  '{{index (split "a,b" ",") 1}} {{index "abc" 1}} {{(index (split "a,b" ",") 0) | upper}}',
  '{{len "héé"}} {{len (split "a,b" ",")}} {{"a"|len}}',
  '{{eq "a" "b" "a"}} {{lt 1 2}} {{le 2 2}} {{gt "b" "a"}} {{ge 1 2}} {{ne 1 2}}',
  '{{lower "ABC"}} {{"abc" | upper}} {{title "foo bar-baz"}} {{pad "x" 2 3}}| {{truncate "abcdef" 3}}',
  '{{join (split "a,b" ",") "-"}} {{"a" | printf "%s-%s" "b"}} {{split "a b" " "}}',
  '{{json "a<b>&\\"c"}} {{json (split "a,b" ",")}} {{html "<a>"}} {{urlquery "a b"}}',
  '{{slice "abcdef" 1 3}} {{slice "abc" 1}}',
  '{{`raw`}} {{\'a\'}} {{"\\u00e9\\n\\x41"}} {{or "" "y"}} {{and "x" "y"}}',
];

const refused = [
  '{{',
  '{{foo}}',
  '{{end}}',
  '{{else}}',
  '{{if}}a{{end}}',
  '{{if true}}',
  '{{if true}}a{{else}}b{{else}}c{{end}}',
  '{{.A}',
  '{{1 | 2}}',
  '{{.A | "x"}}',
  '{{$x}}',
  '{{$x := }}',
  '{{"abc}}',
  '{{`abc}}',
  '{{break}}',
  '{{(1}}',
  '{{,}}',
  '{{range}}{{end}}',
];

describe.skipIf(!installed)('templates, beside the docker command', () => {
  it.each(shown)('%s gives the same text', (template) => {
    expect(executeTemplate(parseTemplate(template), {})).toBe(docker(template).text);
  });

  it.each(refused)('%s is refused with the same words', (template) => {
    expect(() => parseTemplate(template)).toThrow(docker(template).problem);
  });
});

function docker(template: string): { readonly text: string; readonly problem: string } {
  const { stdout, stderr } = spawnSync('docker', ['version', '--format', template], {
    encoding: 'utf8',
    env: noDaemon,
  });
  const problem = stderr.split('\n').find((line) => line.includes('template parsing error')) ?? '';
  return {
    text: stdout.replace(/\n$/, ''),
    problem: problem.replace(/template: (?:version)?:1:/, 'template: :1:'),
  };
}
