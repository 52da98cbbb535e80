import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spreadOrder } from '../../../../src/core/containers/spread-order.ts';

const id = fc.stringMatching(/^[0-9a-f]{64}$/);

test('everybody is in it once, in the same order at every call and whatever order they came in', () => {
  fc.assert(
    fc.property(
      id,
      fc.uniqueArray(id, { maxLength: 12, selector: (text) => text.slice(0, 8) }),
      (reader, ids) => {
        const order = spreadOrder(
          reader,
          ids.map((one) => ({ id: one })),
        );
        expect(order.map((one) => one.id).toSorted()).toEqual(ids.toSorted());
        expect(spreadOrder(reader, order.toReversed())).toEqual(order);
      },
    ),
  );
});

test('readers spread over those who share a name', () => {
  const readers = fc.sample(id, { numRuns: 400, seed: 7 });
  const servers = ['3a', '91', 'c4', 'e8'].map((start) => ({ id: start.padEnd(64, '0') }));
  const first = readers.map((reader) => spreadOrder(reader, servers)[0]?.id);
  for (const { id: server } of servers) {
    expect(first.filter((one) => one === server).length).toBeGreaterThan(40);
  }
});
