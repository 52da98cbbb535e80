import { runInternalCommand } from '../../src/core/internal-commands.ts';

/** What a test engine has monitors start: `internal COMMAND ID --root DIR`, as the built program takes it. */
const words = process.argv.slice(2);
const at = words.indexOf('--root');
process.exitCode = await runInternalCommand(
  {
    rootOption: words[at + 1],
    env: process.env,
    uid: 0,
    version: 'test',
    selfCommand: [process.execPath, '--disable-warning=ExperimentalWarning', import.meta.filename],
  },
  words.slice(1, at),
);
