/**
 * A document with fields that JSON leaves out where they have nothing to say (`omitempty` of Docker's documents) and
 * templates see all the same: `{{if .State.Health}}` is no error for a container without a health check.
 */
export function withLeftOut<T extends object>(document: T, empty: Readonly<Record<string, unknown>>): T {
  for (const [name, value] of Object.entries(empty)) {
    if (!Object.hasOwn(document, name)) Object.defineProperty(document, name, { value });
  }
  return document;
}
