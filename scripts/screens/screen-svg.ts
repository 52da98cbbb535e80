import type { Emulator, SeenCell } from '../../test/support/emulator.ts';

const cellWidth = 8.4;
const cellHeight = 18;
const margin = 14;
const colours = { foreground: '#d7dae0', background: '#16181d' };

/** The screen as a picture: one text element a run of equal cells, so that it stays sharp and can be searched. */
export function screenSvg(emulator: Emulator): string {
  const { cols, rows } = emulator.terminal;
  const width = Math.ceil(cols * cellWidth + 2 * margin);
  const height = rows * cellHeight + 2 * margin;
  const shapes: string[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (const run of runsOf(emulator, row, cols)) shapes.push(...drawRun(run, row));
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="${colours.background}"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" xml:space="preserve">`,
    ...shapes,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

interface Run {
  readonly column: number;
  readonly style: SeenCell;
  text: string;
  columns: number;
}

function runsOf(emulator: Emulator, row: number, columns: number): readonly Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < columns; column += 1) {
    const cell = emulator.cell(column, row);
    if (cell.width === 0) continue;
    const last = runs.at(-1);
    const same = last?.style.fg === cell.fg && last.style.bg === cell.bg && last.style.flags === cell.flags;
    // Wide characters get a place of their own: fonts disagree about their width.
    if (last !== undefined && same && cell.width === 1 && last.columns === last.text.length) {
      last.text += cell.text || ' ';
      last.columns += 1;
    } else {
      runs.push({ column, style: cell, text: cell.text || ' ', columns: cell.width });
    }
  }
  return runs;
}

function drawRun({ column, style, text, columns }: Run, row: number): readonly string[] {
  const inverse = style.flags.includes('inverse');
  const ink = paint(style.fg, colours.foreground);
  const ground = paint(style.bg, colours.background);
  const [front, back] = inverse ? [ground, ink] : [ink, ground];
  const x = margin + column * cellWidth;
  const y = margin + row * cellHeight;
  const shapes: string[] = [];
  if (back !== colours.background) {
    const size = `width="${round(columns * cellWidth)}" height="${cellHeight}"`;
    shapes.push(`<rect x="${round(x)}" y="${y}" ${size} fill="${back}"/>`);
  }
  if (text.trim() !== '') {
    const looks = [
      style.flags.includes('bold') ? ' font-weight="bold"' : '',
      style.flags.includes('dim') ? ' opacity="0.6"' : '',
      style.flags.includes('italic') ? ' font-style="italic"' : '',
      style.flags.includes('underline') ? ' text-decoration="underline"' : '',
    ].join('');
    const length = `textLength="${round(columns * cellWidth)}"`;
    shapes.push(
      `<text x="${round(x)}" y="${y + 13}" ${length} fill="${front}"${looks}>${escapeXml(text)}</text>`,
    );
  }
  return shapes;
}

/** The xterm palette's first sixteen; the rest of it is the usual cube and greys. */
const palette = [
  '#000000',
  '#cd3131',
  '#0dbc79',
  '#e5e510',
  '#2472c8',
  '#bc3fbc',
  '#11a8cd',
  '#e5e5e5',
  '#666666',
  '#f14c4c',
  '#23d18b',
  '#f5f543',
  '#3b8eea',
  '#d670d6',
  '#29b8db',
  '#ffffff',
];

function paint(colour: string, usual: string): string {
  if (colour === 'default') return usual;
  if (colour.startsWith('#')) return colour;
  const index = Number(colour);
  if (index < 16) return palette[index] ?? usual;
  if (index >= 232) return grey(8 + (index - 232) * 10);
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  const cube = index - 16;
  return rgb(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

function grey(value: number): string {
  return rgb(value, value, value);
}

function rgb(...parts: readonly number[]): string {
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function round(value: number): string {
  return value.toFixed(1);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
