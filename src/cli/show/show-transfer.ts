import type { Outcome, TransferOutcome } from '../../app/commands/outcome.ts';
import { stripControl } from '../../base/strip-control.ts';
import type { CliHost } from '../cli-host.ts';
import { redrawLines } from './redraw-lines.ts';
import { transferLine } from './transfer-line.ts';

/** Progress of a pull, push or load: bars on a terminal, one line a change anywhere else, nothing when quiet. */
export async function showTransfer(host: CliHost, outcome: TransferOutcome): Promise<Outcome> {
  await using operation = outcome.operation;
  const sink = outcome.stream === 'stdout' ? host.stdout : host.stderr;
  if (outcome.opening !== undefined) sink.text(`${stripControl(outcome.opening)}\n`);
  await (outcome.quiet ? showWarnings : sink.isTerminal ? showBars : showChanges)(sink, outcome, host.stderr);
  await operation.result;
  return outcome.next();
}

type Sink = CliHost['stdout'];

async function showWarnings(_: Sink, { operation }: TransferOutcome, stderr: Sink): Promise<void> {
  for await (const event of operation) {
    if (event.kind === 'message' && event.warning) stderr.text(`${stripControl(event.text)}\n`);
  }
}

async function showBars(sink: Sink, { way, operation }: TransferOutcome): Promise<void> {
  const layers = new Map<string, string>();
  const screen = redrawLines(sink, () => [...layers.values()]);
  try {
    for await (const event of operation) {
      if (event.kind === 'layer') {
        layers.set(event.layer, transferLine(event, { way, bar: true, columns: sink.columns() }));
      } else {
        if (event.endsImage) for (const line of layers.values()) screen.above(line);
        if (event.endsImage) layers.clear();
        screen.above(stripControl(event.text));
      }
      screen.changed();
    }
  } finally {
    screen.end();
  }
}

async function showChanges(sink: Sink, { way, operation }: TransferOutcome, stderr: Sink): Promise<void> {
  const said = new Map<string, string>();
  for await (const event of operation) {
    if (event.kind === 'message') {
      if (event.endsImage) said.clear();
      (event.warning ? stderr : sink).text(`${stripControl(event.text)}\n`);
    } else if (said.get(event.layer) !== event.phase) {
      said.set(event.layer, event.phase);
      sink.text(`${transferLine(event, { way, bar: false })}\n`);
    }
  }
}
