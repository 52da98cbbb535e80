import { describe, expect, it } from 'vitest';
import { configChanges } from '../../../../../src/app/commands/image/config-changes.ts';
import type { ImageDetails, ImageSummary } from '../../../../../src/engine/images.ts';
import type { ContainerConfig } from '../../../../../src/oci/image-config.ts';
import { sampleImages } from '../../../../support/sample-objects.ts';

function withConfig(config: ContainerConfig, architecture = 'amd64'): ImageDetails {
  return {
    ...image({ platform: { os: 'linux', architecture } }),
    config: { os: 'linux', architecture, config, rootfs: { type: 'layers', diff_ids: [] } },
    layerDetails: [],
  };
}

function image(change: Partial<ImageSummary>): ImageSummary {
  return { ...(sampleImages()[0] as ImageSummary), ...change };
}

describe('configChanges', () => {
  it('tells variables and labels one by one, other settings whole', () => {
    const before = withConfig({
      Env: ['PATH=/bin', 'OLD=1'],
      Cmd: ['sh'],
      Labels: { a: '1', b: '2' },
      User: 'root',
    });
    const after = withConfig(
      { Env: ['PATH=/bin', 'NEW=a=b'], Cmd: ['sh', '-c'], Labels: { a: '3', b: '2' } },
      'arm64',
    );
    expect(configChanges(before, after)).toEqual([
      { name: 'Platform', before: 'linux/amd64', after: 'linux/arm64' },
      { name: 'Env OLD', before: '1', after: undefined },
      { name: 'Cmd', before: '["sh"]', after: '["sh","-c"]' },
      { name: 'Labels a', before: '1', after: '3' },
      { name: 'User', before: 'root', after: undefined },
      { name: 'Env NEW', before: undefined, after: 'a=b' },
    ]);
    expect(configChanges(before, before)).toEqual([]);
  });
});
