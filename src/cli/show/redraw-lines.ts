import type { Sink } from '../sink.ts';
import { eraseBelow, eraseLine, linesUp } from './terminal-codes.ts';

/** Lines at the end of the output that are drawn again in place as they change. */
export interface RedrawnLines {
  /** A line that stays, above the others. */
  above(line: string): void;
  /** Something changed: draws soon, at most some fifteen times a second. */
  changed(): void;
  /** Draws the last state, which stays. */
  end(): void;
}

const frameMs = 66;

/** `lines` tells the newest state. What does not fit the terminal is cut; of too many lines the last are shown. */
export function redrawLines(sink: Sink, lines: () => readonly string[]): RedrawnLines {
  let drawn = 0;
  let staying: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let last = 0;

  const draw = (final: boolean): void => {
    clearTimeout(timer);
    timer = undefined;
    last = performance.now();
    const columns = Math.max(sink.columns(), 20);
    const room = Math.max(sink.rows() - 1, 1);
    const all = lines();
    const shown = final ? all : all.slice(-room);
    const fit = (line: string) => (line.length > columns - 1 ? line.slice(0, columns - 1) : line);
    const text = [...staying, ...shown.map(fit)].map((line) => `${line}${eraseLine}\n`).join('');
    sink.text(`${linesUp(drawn)}${text}${eraseBelow}`);
    staying = [];
    drawn = shown.length;
  };

  return {
    above: (line) => void staying.push(line),
    changed() {
      if (timer !== undefined) return;
      const wait = frameMs - (performance.now() - last);
      if (wait <= 0) draw(false);
      else timer = setTimeout(() => draw(false), wait);
    },
    end() {
      draw(true);
    },
  };
}
