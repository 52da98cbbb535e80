const form = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Whether a text is a moment as image documents name it (RFC 3339, 5.6; image-spec config.md, "created"). */
export function isTimestamp(text: string): boolean {
  return form.test(text) && !Number.isNaN(Date.parse(text));
}
