declare const brand: unique symbol;

/** A string that only its own parser may make: `Brand<string, 'Digest'>` is not assignable from a bare string. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
