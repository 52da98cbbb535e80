import { formNotes } from '../forms/form-notes.ts';
import type { Rect } from '../paint/rect.ts';
import { confirmRows } from './confirm-rows.ts';
import type { Overlay } from './overlay.ts';

/** Rows of a frame: its two edges. */
const frame = 2;
/** Rows of the items of a question, commands of the palette: as many as show at once. */
export const confirmItemRows = 10;
export const paletteRows = 12;

/** Where an overlay lies, its frame included: in the middle, never larger than the screen. */
export function overlayRect(overlay: Overlay, columns: number, rows: number): Rect {
  const { width, height } = wanted(overlay, columns, rows);
  const size = { columns: Math.min(width, columns - 2), rows: Math.min(height, rows - 2) };
  return {
    ...size,
    column: Math.floor((columns - size.columns) / 2),
    row: Math.max(1, Math.floor((rows - size.rows) / 2)),
  };
}

function wanted(
  overlay: Overlay,
  columns: number,
  rows: number,
): { readonly width: number; readonly height: number } {
  switch (overlay.kind) {
    case 'help':
    case 'job':
    case 'viewer':
      return { width: Math.min(120, columns - 6), height: rows - 4 };
    case 'jobs':
      return { width: Math.min(100, columns - 6), height: Math.min(20, rows - 4) };
    case 'palette':
      return { width: 76, height: paletteRows + frame + 2 };
    case 'confirm': {
      const { text, items, prompt, columns: width } = confirmRows(overlay.question, columns);
      const list = items.length === 0 ? 0 : Math.min(confirmItemRows, items.length) + 1;
      return { width, height: frame + text.length + 1 + list + prompt.length + 1 };
    }
    case 'form': {
      const width = Math.min(76, columns - 2);
      const notes = formNotes(overlay.form, width - frame - 2).length;
      return { width, height: frame + 1 + overlay.form.fields.length + 1 + notes + 1 };
    }
  }
}
