import { describe, expect, it } from 'vitest';
import { allCommands } from '../../../src/app/commands/all-commands.ts';
import { holdsSecret } from '../../../src/tui/prompt/holds-secret.ts';

const commands = await allCommands();

describe('holdsSecret', () => {
  it.each([
    'login -u me -p hush reg.example',
    'gantry login -phush',
    'registry login --password=hush',
    'login --password hush',
    'login  -u me --nonsense -p hush',
  ])('keeps %s out of histories', (line) => expect(holdsSecret(line, commands)).toBe(true));

  it.each(['login -u me reg.example', 'login --password-stdin -u me', 'run -p 80:80 web', 'logout', ''])(
    'has nothing against %s',
    (line) => expect(holdsSecret(line, commands)).toBe(false),
  );
});
