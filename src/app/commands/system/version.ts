import { normalizePlatform } from '../../../oci/platform-parse.ts';
import { defineCommand } from '../define-command.ts';
import { text } from '../option-spec.ts';

export const systemVersion = defineCommand({
  id: 'system.version',
  verbs: ['version'],
  summary: 'Show versions of gantry and what it runs on',
  args: {},
  options: {
    format: text("Output format: 'json', or a Go template such as '{{.Server.Version}}'", { short: 'f' }),
  },
  async run(ctx, { options }) {
    const info = await ctx.engine.system.info({ signal: ctx.signal });
    const { os, architecture } = normalizePlatform({ os: 'linux', architecture: info.architecture });
    const part = {
      Version: info.version,
      Os: os,
      Arch: architecture,
      KernelVersion: info.kernel,
      NodeVersion: process.versions.node,
    };
    const lines = [
      `Engine: ${info.engine}`,
      ` Version:   ${info.version}`,
      ` Runtime:   ${info.runtime}`,
      ` Node:      ${process.versions.node}`,
      ` OS/Arch:   ${os}/${architecture}`,
      ` Kernel:    ${info.kernel}`,
    ];
    return {
      kind: 'documents',
      documents: [{ Client: part, Server: { ...part, Runtime: info.runtime } }],
      format: options.format,
      text: lines.join('\n'),
    };
  },
});
