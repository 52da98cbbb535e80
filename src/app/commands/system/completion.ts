import { one } from '../argument-spec.ts';
import { defineCommand } from '../define-command.ts';
import { usageError } from '../parse/usage-error.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

export const systemCompletion = defineCommand({
  id: 'system.completion',
  verbs: ['completion'],
  summary: 'Print what makes a shell complete gantry’s commands',
  description:
    'Commands, options and the names of containers, images, volumes and networks are completed, those of plugins too.\n\n' +
    'Where it goes: bash, a line `source <(gantry completion bash)` in ~/.bashrc; zsh, `source <(gantry completion zsh)` ' +
    'in ~/.zshrc, after compinit; fish, `gantry completion fish > ~/.config/fish/completions/gantry.fish`.',
  args: { shell: one('bash|zsh|fish', { source: { choices: shells } }) },
  options: {},
  examples: [
    { line: 'source <(gantry completion bash)', meaning: 'Complete in this bash' },
    {
      line: 'gantry completion fish > ~/.config/fish/completions/gantry.fish',
      meaning: 'Complete in every fish',
    },
  ],
  async run(_ctx, { args }) {
    const shell = shells.find((known) => known === args.shell);
    if (shell === undefined) {
      throw usageError('unknown-shell', `completion is not known for a shell called "${args.shell}"`, {
        hint: 'It is for bash, zsh and fish.',
      });
    }
    const { shellScripts } = await import('../../completion/shell-scripts.ts');
    return { kind: 'lines', lines: shellScripts[shell].split('\n') };
  },
});
