import { expect, it } from 'vitest';
import { logDetails, withDetails } from '../../../../../src/app/commands/container/log-details.ts';
import type { ContainerDetails, LogEntry } from '../../../../../src/engine/containers.ts';

const container = (logOptions: Readonly<Record<string, string>>): ContainerDetails =>
  ({
    spec: { image: 'x', logOptions },
    labels: { a: '1', 'com.example.role': 'web server' },
    env: ['B=x y', 'PATH=/bin', 'EMPTY='],
  }) as unknown as ContainerDetails;

it.each([
  [{}, ''],
  [{ labels: 'a', env: 'B' }, 'B=x+y,a=1'],
  [{ labels: 'a,nosuch' }, 'a=1'],
  [{ 'labels-regex': '^com\\.', 'env-regex': '^EMP' }, 'EMPTY=,com.example.role=web+server'],
  [{ 'env-regex': '(' }, ''],
])('%j is %j', (options, details) => {
  expect(logDetails(container(options))).toBe(details);
});

it('stands before each line, however many pieces the line comes in', async () => {
  async function* batches(): AsyncGenerator<readonly LogEntry[]> {
    for (const [stream, text] of [
      ['stdout', 'one\n'],
      ['stdout', 'long '],
      ['stderr', 'other\n'],
      ['stdout', 'line\n'],
    ] as const) {
      yield [{ stream, time: '', data: Buffer.from(text) }];
    }
  }
  const entries = (await Array.fromAsync(withDetails(batches(), 'a=1'))).flat();
  const lines = entries.map(({ data }) => Buffer.from(data).toString());
  expect(lines).toEqual(['a=1 one\n', 'a=1 long ', 'a=1 other\n', 'line\n']);
});
