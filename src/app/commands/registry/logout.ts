import { optional } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';

export const registryLogout = defineCommand({
  id: 'registry.logout',
  verbs: ['logout', 'registry logout'],
  summary: 'Log out from a registry',
  description: "Forgets the login of a server, or of Docker Hub's, in Docker's `config.json` or its helper.",
  args: { server: optional('SERVER', { help: 'HOST[:PORT] of the registry' }) },
  options: {},
  async run(ctx, { args }) {
    const { server, removed, warnings } = await ctx.engine.registries.logout(args.server, {
      signal: ctx.signal,
    });
    const line = removed ? `Removing login credentials for ${server}` : `Not logged in to ${server}`;
    return { kind: 'lines', lines: [line], warnings };
  },
});
