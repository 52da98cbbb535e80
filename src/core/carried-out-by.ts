/** The same noun, but the methods `names` are carried out by `how`. */
export function carriedOutBy<Noun extends object>(
  noun: Noun,
  names: readonly (keyof Noun & string)[],
  how: (work: () => Promise<unknown>) => Promise<unknown>,
): Noun {
  return new Proxy(noun, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function' || !(names as readonly unknown[]).includes(name)) return method;
      return (...values: unknown[]) => how(async () => method.apply(target, values));
    },
  });
}
