import type { DiagnosticSink } from './diagnostic-sink.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Instruction } from './instruction.ts';
import type { InstructionNode } from './instruction-node.ts';
import { parseCommand, parseRun, parseShell } from './parse-command.ts';
import { parseCopy } from './parse-copy.ts';
import { parseFrom } from './parse-from.ts';
import { parseHealthcheck } from './parse-healthcheck.ts';
import { parseArg, parseEnv, parseLabel } from './parse-key-values.ts';
import { parseOnbuild } from './parse-onbuild.ts';
import {
  parseExpose,
  parseMaintainer,
  parseStopSignal,
  parseUser,
  parseVolume,
  parseWorkdir,
} from './parse-simple.ts';

type InstructionParser = (node: InstructionNode, sink: DiagnosticSink) => Instruction | undefined;

const parsers: Readonly<Record<string, InstructionParser>> = {
  ADD: parseCopy,
  ARG: parseArg,
  CMD: parseCommand,
  COPY: parseCopy,
  ENTRYPOINT: parseCommand,
  ENV: parseEnv,
  EXPOSE: parseExpose,
  FROM: parseFrom,
  HEALTHCHECK: parseHealthcheck,
  LABEL: parseLabel,
  MAINTAINER: parseMaintainer,
  ONBUILD: (node, sink) => parseOnbuild(node, sink, parseInstruction),
  RUN: parseRun,
  SHELL: parseShell,
  STOPSIGNAL: parseStopSignal,
  USER: parseUser,
  VOLUME: parseVolume,
  WORKDIR: parseWorkdir,
};

/** Gives a node its meaning. Undefined when it has none; why is in `sink`. */
export function parseInstruction(node: InstructionNode, sink: DiagnosticSink): Instruction | undefined {
  const parser = Object.hasOwn(parsers, node.name) ? parsers[node.name] : undefined;
  if (parser !== undefined) return parser(node, sink);
  const nearest = didYouMean(node.name, Object.keys(parsers));
  const hint = nearest === undefined ? undefined : `did you mean ${nearest}?`;
  sink.error('unknown-instruction', `unknown instruction: ${node.keyword}`, node.position, hint);
  return undefined;
}
