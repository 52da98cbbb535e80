import { describe, expect, it } from 'vitest';
import { orderedWriter } from '../../../../src/cli/show/ordered-writer.ts';
import type { Sink } from '../../../../src/cli/sink.ts';

function stand(fail?: Error) {
  const writes: string[] = [];
  const sink = (name: string): Sink => ({
    isTerminal: false,
    columns: () => 80,
    rows: () => 24,
    text: () => undefined,
    bytes: async (data) => {
      if (fail !== undefined) throw fail;
      writes.push(`${name}: ${Buffer.from(data)}`);
    },
  });
  return { writes, out: sink('out'), err: sink('err') };
}

describe('many small pieces', () => {
  it('leave as few writes, in the order they came', async () => {
    const { writes, out, err } = stand();
    const writer = orderedWriter();
    for (const text of ['a', 'b', 'c']) writer.write(out, Buffer.from(text));
    writer.write(err, Buffer.from('x'));
    writer.write(out, Buffer.from('d'));
    await writer.flush();
    expect(writes).toEqual(['out: abc', 'err: x', 'out: d']);
  });

  it('leave by themselves when nothing else comes', async () => {
    const { writes, out } = stand();
    orderedWriter().write(out, Buffer.from('a'));
    await expect.poll(() => writes).toEqual(['out: a']);
  });

  it('hold the writer up when there are many, and tell it when nobody reads them', async () => {
    const { writes, out } = stand();
    await orderedWriter().write(out, Buffer.alloc(70_000, 'x'));
    expect(writes[0]).toHaveLength(70_005);
    const broken = stand(new Error('gone'));
    const writer = orderedWriter();
    expect(writer.write(broken.out, Buffer.from('a'))).toBeUndefined();
    await expect(writer.flush()).rejects.toThrow('gone');
    await expect(writer.write(broken.out, Buffer.alloc(70_000))).rejects.toThrow('gone');
  });
});
