import type { Operation } from '../engine/operation.ts';

/** How a method of a noun answers, where it does not answer with a promise. */
type AnswerKind<Method> = Method extends (...values: never[]) => infer Answer
  ? Answer extends Operation<unknown, unknown>
    ? 'operation'
    : Answer extends AsyncIterable<unknown>
      ? 'stream'
      : never
  : never;

/** Names every method that does not return a promise: the compiler asks for each of them. */
export type AnswerKinds<Noun> = {
  readonly [Name in keyof Noun as AnswerKind<Noun[Name]> extends never ? never : Name]: AnswerKind<
    Noun[Name]
  >;
};

type Method = (...values: readonly unknown[]) => unknown;

/**
 * A noun of the port whose code is loaded at its first call: `ps` never sees the registry client. Calls answer at
 * once, with a promise, stream or operation that begins once the noun is there.
 */
export function lazyNoun<Noun extends object>(load: () => Promise<Noun>, kinds: AnswerKinds<Noun>): Noun {
  const answerKinds = new Map(Object.entries(kinds as Readonly<Record<string, string>>));
  return new Proxy({} as Noun, {
    get(_target, name) {
      // Something awaits the noun itself: it is no promise.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      const call = async (values: readonly unknown[]): Promise<unknown> => {
        const noun = (await load()) as Readonly<Record<string, Method>>;
        return noun[name]?.(...values);
      };
      switch (answerKinds.get(name)) {
        case 'operation':
          return (...values: unknown[]) =>
            lazyOperation(call(values) as Promise<Operation<unknown, unknown>>);
        case 'stream':
          return (...values: unknown[]) => lazyStream(() => call(values) as Promise<AsyncIterable<unknown>>);
        default:
          return (...values: unknown[]) => call(values);
      }
    },
  });
}

/** Runs from the call on, as every operation, whether somebody reads it or not. */
function lazyOperation<Event, Result>(coming: Promise<Operation<Event, Result>>): Operation<Event, Result> {
  const result = coming.then((operation) => operation.result);
  // Whoever only iterates must not bring the process down; awaiting `result` still rejects.
  result.catch(() => undefined);
  const there = (use: (operation: Operation<Event, Result>) => unknown): Promise<unknown> =>
    coming.then(use, () => undefined);
  return {
    result,
    cancel: () => void there((operation) => operation.cancel()),
    [Symbol.asyncIterator]: () => lazyStream(() => coming.catch(none<Event>)),
    [Symbol.asyncDispose]: async () => void (await there((operation) => operation[Symbol.asyncDispose]())),
  };
}

async function* lazyStream<Item>(load: () => Promise<AsyncIterable<Item>>): AsyncGenerator<Item> {
  yield* await load();
}

/** What could not be loaded has no events; its result tells why. */
async function* none<Item>(): AsyncGenerator<Item> {}
