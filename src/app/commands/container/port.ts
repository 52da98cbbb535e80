import { GantryError } from '../../../base/gantry-error.ts';
import type { PortBinding } from '../../../engine/containers.ts';
import { one, optional } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { hostAddress } from '../format/port-list.ts';

export const containerPort = defineCommand({
  id: 'container.port',
  verbs: ['port', 'container port'],
  summary: 'Show where the ports of a container are published',
  args: {
    container: one('CONTAINER', { source: 'running-container' }),
    port: optional('PRIVATE_PORT[/PROTO]', { help: 'port inside' }),
  },
  options: {},
  on: { kind: 'container' },
  async run(ctx, { args }) {
    const { ports } = await ctx.engine.containers.inspect(args.container, { signal: ctx.signal });
    const published = ports.filter(({ hostPort }) => hostPort > 0);
    if (args.port === undefined) {
      const lines = published
        .toSorted((a, b) => a.containerPort - b.containerPort || a.protocol.localeCompare(b.protocol))
        .map((binding) => `${binding.containerPort}/${binding.protocol} -> ${place(binding)}`);
      return { kind: 'lines', lines };
    }
    const [port, protocol = 'tcp'] = args.port.split('/', 2);
    const lines = published
      .filter((binding) => String(binding.containerPort) === port && binding.protocol === protocol)
      .map(place);
    if (lines.length > 0) return { kind: 'lines', lines };
    throw new GantryError({
      kind: 'not-found',
      code: 'port-not-published',
      message: `no public port '${port}/${protocol}' published for ${args.container}`,
    });
  },
});

function place(binding: PortBinding): string {
  return `${hostAddress(binding)}:${binding.hostPort}`;
}
