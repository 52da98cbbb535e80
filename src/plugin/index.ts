/**
 * The public API of gantry's plugins: `import { … } from 'gantry/plugin'`. A plugin sees this and nothing else of
 * gantry. It grows by additions; what is taken away or changes its meaning raises the number in a manifest's `api`.
 */
export {
  type ArgumentSpec,
  type ArgumentSpecs,
  any,
  many,
  one,
  optional,
  rest,
} from '../app/commands/argument-spec.ts';
export type { CommandContext, CommandIo } from '../app/commands/command-context.ts';
export type { CompletionSource } from '../app/commands/completion-source.ts';
export {
  type Command,
  type CommandDefinition,
  type CommandInput,
  defineCommand,
  type Question,
} from '../app/commands/define-command.ts';
export { humanAge, humanDuration } from '../app/commands/format/human-duration.ts';
export { binarySize, humanSize } from '../app/commands/format/human-size.ts';
export {
  filterOption,
  formatOption,
  noTruncOption,
  quietOption,
  tableView,
} from '../app/commands/list-options.ts';
export { onEach } from '../app/commands/on-each.ts';
export {
  bytes,
  duration,
  flag,
  integer,
  list,
  number,
  type OptionSpec,
  type OptionSpecs,
  text,
} from '../app/commands/option-spec.ts';
export { type Outcome, tableOutcome } from '../app/commands/outcome.ts';
export { parseFilters } from '../app/commands/parse-filters.ts';
export type { ActsOn, KeyBinding, KeyPlace } from '../app/commands/subject.ts';
export type { Table, TableField, TableView } from '../app/commands/table.ts';
export { definePlugin, type Plugin } from '../app/plugins/define-plugin.ts';
export { GantryError } from '../base/gantry-error.ts';
export type { ContainerDetails, ContainerSummary } from '../engine/containers.ts';
export type { Engine } from '../engine/engine.ts';
export type { EngineEvent } from '../engine/events.ts';
export type { ImageDetails, ImageSummary } from '../engine/images.ts';
export type { NetworkSummary } from '../engine/networks.ts';
export type { VolumeSummary } from '../engine/volumes.ts';
export { shortId } from '../oci/digest.ts';
