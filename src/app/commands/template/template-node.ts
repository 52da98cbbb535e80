/** An operand of a template: Go's text/template grammar, the part that users of `--format` write. */
export type TemplateOperand =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  /** `.`, or `.Config.Image` of it. */
  | { readonly kind: 'field'; readonly path: readonly string[] }
  /** `$`, `$x`, `$x.Name`. The name is without its dollar. */
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  /** `(pipeline).Name`. */
  | { readonly kind: 'group'; readonly pipeline: TemplatePipeline; readonly path: readonly string[] };

/** An operand with the arguments that follow it. */
export interface TemplateCall {
  readonly head: TemplateOperand;
  readonly args: readonly TemplateOperand[];
}

/** `a | f | g`, and the variables it sets: `$x := …` (declare) or `$x = …`. */
export interface TemplatePipeline {
  readonly variables: readonly string[];
  readonly declares: boolean;
  readonly calls: readonly TemplateCall[];
}

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: TemplatePipeline }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipeline: TemplatePipeline;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly kind: 'break' | 'continue' };
