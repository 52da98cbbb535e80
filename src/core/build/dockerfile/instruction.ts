import type { SourcePosition } from '../../../engine/builds.ts';
import type { HealthcheckConfig } from '../../../oci/image-config.ts';
import type { Heredoc } from './heredoc.ts';

interface Written {
  readonly position: SourcePosition;
  /** As one line. */
  readonly source: string;
}

/** Variables are not expanded yet in any of these: that depends on the stage. */
export type Instruction =
  | FromInstruction
  | ArgInstruction
  | EnvInstruction
  | LabelInstruction
  | RunInstruction
  | CommandInstruction
  | CopyInstruction
  | ExposeInstruction
  | UserInstruction
  | WorkdirInstruction
  | VolumeInstruction
  | StopSignalInstruction
  | ShellInstruction
  | HealthcheckInstruction
  | OnbuildInstruction
  | MaintainerInstruction;

export interface FromInstruction extends Written {
  readonly kind: 'from';
  readonly image: string;
  readonly platform: string | undefined;
  /** Lower case. */
  readonly stageName: string | undefined;
}

export interface ArgInstruction extends Written {
  readonly kind: 'arg';
  readonly args: readonly { readonly name: string; readonly value: string | undefined }[];
}

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface EnvInstruction extends Written {
  readonly kind: 'env';
  readonly pairs: readonly KeyValue[];
  /** Written the old way: `ENV name value`. */
  readonly isLegacy: boolean;
}

export interface LabelInstruction extends Written {
  readonly kind: 'label';
  readonly pairs: readonly KeyValue[];
  /** Written the old way: `LABEL name value`. */
  readonly isLegacy: boolean;
}

/** What to execute: an argument vector, or text for the stage's shell. */
export type CommandForm =
  | { readonly form: 'exec'; readonly argv: readonly string[] }
  | { readonly form: 'shell'; readonly script: string };

export interface RunInstruction extends Written {
  readonly kind: 'run';
  readonly command: CommandForm;
  readonly heredocs: readonly Heredoc[];
  /** Values of `--mount`, to be parsed after expansion. */
  readonly mounts: readonly string[];
  readonly network: string | undefined;
  readonly security: string | undefined;
  readonly devices: readonly string[];
}

export interface CommandInstruction extends Written {
  readonly kind: 'cmd' | 'entrypoint';
  readonly command: CommandForm;
}

/** COPY and ADD. */
export interface CopyInstruction extends Written {
  readonly kind: 'copy' | 'add';
  readonly sources: readonly string[];
  /** Files whose content stands in the Dockerfile; `name` is the file's. They come after `sources`. */
  readonly inline: readonly Heredoc[];
  readonly destination: string;
  /** Stage, number or image; COPY only. */
  readonly from: string | undefined;
  readonly chown: string | undefined;
  readonly chmod: string | undefined;
  readonly link: boolean;
  readonly parents: boolean;
  readonly exclude: readonly string[];
  /** ADD only. */
  readonly checksum: string | undefined;
  readonly keepGitDir: boolean;
  /** Undefined: local archives only. */
  readonly unpack: boolean | undefined;
}

export interface ExposeInstruction extends Written {
  readonly kind: 'expose';
  readonly ports: readonly string[];
}

export interface UserInstruction extends Written {
  readonly kind: 'user';
  readonly user: string;
}

export interface WorkdirInstruction extends Written {
  readonly kind: 'workdir';
  readonly path: string;
}

export interface VolumeInstruction extends Written {
  readonly kind: 'volume';
  readonly paths: readonly string[];
}

export interface StopSignalInstruction extends Written {
  readonly kind: 'stopsignal';
  readonly signal: string;
}

export interface ShellInstruction extends Written {
  readonly kind: 'shell';
  readonly shell: readonly string[];
}

export interface HealthcheckInstruction extends Written {
  readonly kind: 'healthcheck';
  readonly healthcheck: HealthcheckConfig;
}

export interface OnbuildInstruction extends Written {
  readonly kind: 'onbuild';
  /** The trigger as text: what the image's config keeps. */
  readonly trigger: string;
}

export interface MaintainerInstruction extends Written {
  readonly kind: 'maintainer';
  readonly name: string;
}
