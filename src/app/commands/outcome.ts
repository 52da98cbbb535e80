import type { GantryError } from '../../base/gantry-error.ts';
import type { BuildEvent } from '../../engine/builds.ts';
import type { LogEntry } from '../../engine/containers.ts';
import type { Operation } from '../../engine/operation.ts';
import type { Session } from '../../engine/session.ts';
import type { TransferEvent } from '../../engine/transfer-events.ts';
import type { Table, TableView } from './table.ts';

/** What every outcome may carry beside its body. */
export interface OutcomeExtras {
  /** Status the command line ends with; default 0, or 1 with `errors`. */
  readonly exitCode?: number | undefined;
  /** Worth saying, and nothing failed. */
  readonly warnings?: readonly string[] | undefined;
  /** Some of several targets failed: one line each, after the body. */
  readonly errors?: readonly GantryError[] | undefined;
}

/** Nothing to say. */
export interface NoneOutcome extends OutcomeExtras {
  readonly kind: 'none';
}

/** IDs, names, one-line answers. */
export interface LinesOutcome extends OutcomeExtras {
  readonly kind: 'lines';
  readonly lines: readonly string[];
  /** The same in cells where the lines are a table: a surface that is short of room aligns them closer. */
  readonly cells?: readonly (readonly string[])[] | undefined;
}

export interface TableOutcome extends OutcomeExtras {
  readonly kind: 'table';
  readonly table: Table<unknown>;
  readonly rows: readonly unknown[];
  readonly view: TableView;
}

/** Whole objects, in Docker's shape: JSON, or a template applied to each. */
export interface DocumentsOutcome extends OutcomeExtras {
  readonly kind: 'documents';
  readonly documents: readonly unknown[];
  /** There is only ever one: as JSON it stands alone, and not in a list. */
  readonly isOne?: boolean | undefined;
  readonly format: string | undefined;
  /** The text shown without a format, where JSON is not how it reads by default (info, version). */
  readonly text?: string | undefined;
}

/** What was removed, step by step as Docker reports it; or what would be. */
export interface RemovalsOutcome extends OutcomeExtras {
  readonly kind: 'removals';
  /** Nothing was removed: this is what would go. */
  readonly isDryRun?: boolean | undefined;
  /** `noun`: of what kind they are, as Docker spells it: `Images`. */
  readonly sections: readonly { readonly noun: string; readonly lines: readonly string[] }[];
  /** Undefined where no total is told. */
  readonly reclaimedBytes: number | undefined;
}

/** A pull, push, load or import on its way. `next` says what follows once it is done. */
export interface TransferOutcome extends OutcomeExtras {
  readonly kind: 'transfer';
  /** Which way the bytes go: a layer's states are called differently. */
  readonly way: 'pull' | 'push' | 'load';
  readonly operation: Operation<TransferEvent, unknown>;
  /** Said before the progress. */
  readonly opening?: string | undefined;
  readonly quiet: boolean;
  /** Progress goes to stderr where stdout belongs to what follows (the pull inside `run`). */
  readonly stream: 'stdout' | 'stderr';
  next(): Promise<Outcome>;
}

export interface BuildOutcome<Result = unknown> extends OutcomeExtras {
  readonly kind: 'build';
  /** What is built, so that an error can be shown in its place: positions name the file without its folder. */
  readonly dockerfile: { readonly path: string } | { readonly text: string };
  readonly operation: Operation<BuildEvent, Result>;
  readonly progress: 'auto' | 'plain' | 'tty' | 'quiet' | 'rawjson';
  /** Lines for a person, beside the progress. */
  told?(result: Result): readonly string[];
  next(result: Result): Promise<Outcome>;
  /** What follows a failure that was told, on a surface that can give it the user's terminal. Undefined: nothing. */
  afterFailure?(error: GantryError): Outcome | undefined;
}

/** Log lines as they come, to stdout and stderr as the container wrote them. */
export interface LogsOutcome extends OutcomeExtras {
  readonly kind: 'logs';
  readonly batches: AsyncIterable<readonly LogEntry[]>;
  readonly timestamps: boolean;
  /** From a container with a terminal: escape sequences belong to it. */
  readonly tty: boolean;
}

/** Things that come one after the other (events): a line each, or a template applied to each. */
export interface FeedOutcome extends OutcomeExtras {
  readonly kind: 'feed';
  readonly entries: AsyncIterable<{ readonly line: string; readonly document: unknown }>;
  readonly format: string | undefined;
}

/** A table that changes in place (stats). Each element is the whole of it. */
export interface LiveTableOutcome extends OutcomeExtras {
  readonly kind: 'live-table';
  readonly table: Table<unknown>;
  readonly frames: AsyncIterable<readonly unknown[]>;
  readonly view: TableView;
}

/** A running process joined to the user's streams. The surface owns the session and disposes it. */
export interface SessionOutcome extends OutcomeExtras {
  readonly kind: 'session';
  readonly session: Session;
  /** For a title: `web: sh`. */
  readonly title: string;
  /** Whether our input goes to it. */
  readonly stdin: boolean;
  /** Bytes that leave without ending the process; empty: none. */
  readonly detachKeys: Uint8Array;
  /** Passes a signal we got on to the process; undefined: it is not wanted. */
  readonly forwardSignal?: ((signal: NodeJS.Signals) => Promise<void>) | undefined;
  /** What follows once it ended with this status, or `undefined` when the user left it running. */
  next(exitCode: number | undefined): Promise<Outcome>;
}

/** A byte stream for stdout (save). */
export interface BytesOutcome extends OutcomeExtras {
  readonly kind: 'bytes';
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What a command's `run` returns: data for a surface to show. The union is closed; surfaces switch over it. */
export type Outcome =
  | NoneOutcome
  | LinesOutcome
  | TableOutcome
  | DocumentsOutcome
  | RemovalsOutcome
  | TransferOutcome
  | BuildOutcome
  | LogsOutcome
  | FeedOutcome
  | LiveTableOutcome
  | SessionOutcome
  | BytesOutcome;

/** A table outcome with its rows checked against the table. */
export function tableOutcome<Row>(
  table: Table<Row>,
  rows: readonly Row[],
  view: TableView,
  extras?: OutcomeExtras,
): TableOutcome {
  return { kind: 'table', table, rows, view, ...extras };
}
