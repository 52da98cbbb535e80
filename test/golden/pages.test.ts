import { afterEach, beforeEach, describe, it, vi } from 'vitest';
import { expectFrame } from '../support/expect-frame.ts';
import { FakeEngine, fakeNow } from '../support/fake-engine.ts';
import { mountScreen } from '../support/mount-screen.ts';

beforeEach(() => void vi.stubEnv('TZ', 'UTC'));
afterEach(() => void vi.unstubAllEnvs());

describe('the page of', () => {
  it('an image tells of its names, layers, users and how it starts', async () => {
    const engine = new FakeEngine();
    const { inspect } = engine.images;
    engine.images.inspect = async (reference) => {
      const image = await inspect(reference);
      const config = {
        Entrypoint: ['/usr/bin/serve', 'a b'],
        Env: ['PATH=/usr/bin'],
        ExposedPorts: { '80/tcp': {} },
        Labels: { 'org.opencontainers.image.title': 'web \u001b[31mserver' },
      };
      return { ...image, repoDigests: [`web@${image.manifestDigest}`], config: { ...image.config, config } };
    };
    await using screen = await mountScreen({ engine });
    await screen.press('1', '\r');
    await screen.shows('A container of it');
    await expectFrame(screen, 'page-image');
    await screen.press('i');
    await screen.shows('"RepoTags"');
    await screen.press('\u001b');
    await screen.shows('A container of it');
  });

  it('a container tells of its state, and its JSON is a key away', async () => {
    await using screen = await mountScreen({ rows: 30 });
    await screen.press('2', '\r');
    await screen.shows('What runs in it');
    await expectFrame(screen, 'page-container');
    await screen.press('i');
    await screen.shows('gantry container inspect web');
    await expectFrame(screen, 'inspect');
  });

  it('an image that has gone says so', async () => {
    const engine = new FakeEngine();
    await using screen = await mountScreen({ engine });
    await screen.shows('web:1');
    engine.imageList = [];
    await screen.press('1', '\r');
    await screen.shows(/✗ .*[Nn]o such image/);
  });

  it('a volume and a network tells who uses it', async () => {
    const engine = new FakeEngine();
    const [web] = engine.containerList;
    const createdAt = new Date(fakeNow - 3600_000).toISOString();
    engine.volumeList = [
      {
        name: 'data',
        anonymous: false,
        driver: 'local',
        mountpoint: '/var/lib/gantry/volumes/data',
        createdAt,
        labels: { team: 'blue' },
        usedBy: [web?.id ?? ''],
      },
    ];
    engine.networkList = [
      {
        id: '0123456789ab',
        name: 'backend',
        driver: 'bridge',
        pools: [{ subnet: '10.99.1.0/24', gateway: '10.99.1.1' }],
        internal: true,
        attachable: false,
        options: {},
        createdAt,
        labels: {},
        endpoints: { [web?.id ?? '']: { address: '10.99.1.2' } },
      },
    ];
    await using screen = await mountScreen({ engine, columns: 80, rows: 24 });
    await screen.press('6');
    await screen.shows('data');
    await screen.press('\r');
    await screen.shows(/folder +\/var\/lib\/gantry\/volumes\/data[\s\S]*used by +web[\s\S]*team +blue/);
    await screen.press('\u001b', '7');
    await screen.shows('backend');
    await screen.press('\r');
    await screen.shows(/subnet +10\.99\.1\.0\/24[\s\S]*internal +yes[\s\S]*web +10\.99\.1\.2/);
  });
});
