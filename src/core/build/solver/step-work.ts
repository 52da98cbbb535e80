import type { Session, TerminalSize } from '../../../engine/session.ts';
import type { MountPlan } from '../../snapshots/snapshotter.ts';
import type { LayeredTree } from '../tree/layered-tree.ts';
import type { StageState } from './stage-state.ts';

/** A writable layer on top of a stage. */
export interface LayerTarget {
  readonly plan: MountPlan;
  /** All layers with this one on top. */
  readonly tree: LayeredTree;
  /** Folder of this layer's own files. */
  readonly upperDir: string;
  /** For whatever the step needs beside its layer: may be made, is removed after the step. */
  readonly scratchDir: string;
  /** To be told that so many more bytes were written: they go to the disk while others come. */
  readonly wrote: (bytes: number) => void;
  /**
   * May be told of a folder (the root is empty) once nothing more is written into it and nothing in it changes, folders in
   * it aside, to have it read at once. Undefined: all is read at the end.
   */
  readonly folderDone?: ((path: string) => void) | undefined;
}

export interface ShellOptions {
  readonly tty: boolean;
  readonly size: TerminalSize | undefined;
}

/** An instruction made ready: what it will change, and how to know whether that was done before. */
export type StepWork =
  | {
      readonly kind: 'config';
      readonly state: StageState;
      /** Undefined: no line in the history. */
      readonly createdBy: string | undefined;
    }
  | {
      readonly kind: 'layer';
      /** As before but for what the instruction says beside the files. */
      readonly state: StageState;
      readonly createdBy: string;
      /** Cache keys, the one that is found out fastest first. Any of them stands for the same result. */
      readonly keys: readonly (() => Promise<string> | string)[];
      /**
       * Its key with `below` for what it stands on, and with the definition of stages it takes files from for what is in
       * them. Undefined: it depends on what is in them.
       */
      readonly definedKey: (below: string) => Promise<string | undefined> | string | undefined;
      /** It takes files of stages or images. */
      readonly takesFromStages: boolean;
      /**
       * To be asked when it was written: the key of what that is, where sources have changed since the others were made.
       */
      readonly keyNow?: () => Promise<string | undefined>;
      /** Resolves to false when it left the files as they were: no layer then. */
      readonly write: (target: LayerTarget) => Promise<boolean>;
      /** Of a RUN: a shell where its command would run, with its mounts and variables. Leaving it ends it. */
      readonly openShell?: (target: LayerTarget, options: ShellOptions) => Promise<Session>;
    };
