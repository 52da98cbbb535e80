/**
 * Containers in an order that every reader has its own of, the same each time: who asks for a name that several have
 * takes the first, and so not all take the same. Nearness as numbers is nearness to nobody else (a XOR b). IDs are
 * hexadecimal.
 */
export function spreadOrder<T extends { readonly id: string }>(
  readerId: string,
  containers: readonly T[],
): readonly T[] {
  const rank = ({ id }: T): number => (leading(id) ^ leading(readerId)) >>> 0;
  return containers.toSorted((a, b) => rank(a) - rank(b));
}

function leading(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16);
}
