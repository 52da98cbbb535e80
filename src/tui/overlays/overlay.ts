import type { Question } from '../../app/commands/define-command.ts';
import type { FormState } from '../forms/form-state.ts';

/** What lies above the panes and has the keys. */
export type Overlay =
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'palette'; readonly query: string; readonly index: number }
  | {
      readonly kind: 'confirm';
      readonly question: Question;
      /** First of the rows of items shown. */
      readonly top: number;
      accept(): void;
    }
  | {
      readonly kind: 'form';
      /** Tells it apart from one opened later, for what came of it. */
      readonly id: number;
      readonly form: FormState;
    }
  | {
      readonly kind: 'viewer';
      /** Tells it apart from one opened later, for what feeds it. */
      readonly id: number;
      readonly title: string;
      /** Safe lines: text and SGR. */
      readonly lines: readonly string[];
      /** Long lines go on in the next row; else they are cut, and `shift` columns of them are left out. */
      readonly wrap: boolean;
      readonly shift: number;
      /** The first row shown. */
      readonly top: number;
      /** Opens the whole of what it tells of as a document. */
      readonly document: (() => void) | undefined;
      /** Ends what still feeds it. */
      readonly stop: (() => void) | undefined;
    }
  | {
      readonly kind: 'job';
      readonly jobId: number;
      /** Number of the output line at the bottom; undefined: the newest. */
      readonly bottom: number | undefined;
    }
  | { readonly kind: 'jobs'; readonly index: number };

export type OverlayKind = Overlay['kind'];
export type OverlayOf<K extends OverlayKind> = Extract<Overlay, { kind: K }>;
