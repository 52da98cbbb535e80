/** What the reader asked of a table: `--format`, `--quiet`, `--no-trunc`, and when "now" is for ages. */
export interface TableView {
  /** Undefined: the default columns. `json`, `table TEMPLATE` or a template. */
  readonly format: string | undefined;
  readonly quiet: boolean;
  /** IDs, commands and the like in full. */
  readonly full: boolean;
  readonly nowMs: number;
}

/** One placeholder of a template (`.Names`), and what stands above its column. */
export interface TableField<Row> {
  readonly header: string;
  /** A function of the row alone and of the view: text as Docker prints it. Not yet safe for a terminal. */
  value(row: Row, view: TableView): string;
  /** What the default columns show where the value is empty; templates and JSON have it empty, as Docker's. */
  readonly whenEmpty?: string | undefined;
  /** `{{.Label "key"}}`: a field that takes a word. Left out of `json`. */
  lookup?(row: Row, word: string): string;
}

/** How a noun is listed: every placeholder by its Docker name, and the columns shown when nothing is asked. */
export interface Table<Row> {
  readonly fields: Readonly<Record<string, TableField<Row>>>;
  readonly columns: readonly string[];
  /** The field that `--quiet` prints alone. */
  readonly quiet: string;
}
