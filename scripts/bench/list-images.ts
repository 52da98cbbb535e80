import { imageRecords, moveName } from '../../src/core/images/image-records.ts';
import { openMetadata } from '../../src/core/metadata/open-metadata.ts';
import { parseDiffId, parseImageId } from '../../src/oci/digest.ts';
import type { ImageConfig } from '../../src/oci/image-config.ts';
import { sha256 } from '../../src/oci/sha256.ts';
import { gantryCli } from '../../test/support/gantry-cli.ts';
import { type TempRoot, tempRoot } from '../../test/support/temp-root.ts';
import { interleave } from './interleave.ts';
import type { Result } from './report.ts';
import { runTimed } from './run-timed.ts';

const count = 1000;

/** `images` with a thousand of them in the store, to be seen beside the floor of Node. */
export async function benchListImages(rounds: number): Promise<Result> {
  await using root = await tempRoot();
  const gantry = gantryCli(root);
  await gantry.must('images');
  recordMany(root);
  const samples = await interleave(rounds, {
    gantry: () => runTimed([...gantry.argv, 'images'], gantry.env),
    'bare node -e 0': () => runTimed([process.execPath, '-e', '0']),
  });
  return { title: `images, ${count}`, samples };
}

/** Records as pulls write them; the layers they name need not be there for a list. */
function recordMany({ dirs }: TempRoot): void {
  using metadata = openMetadata(dirs.database);
  const records = imageRecords(metadata);
  metadata.transaction(() => {
    for (let number = 0; number < count; number += 1) {
      const digest = sha256(`manifest ${number}`);
      const id = parseImageId(sha256(`config ${number}`));
      const manifest = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1500 };
      records.images.put(id, {
        manifest,
        config: configOf(number),
        references: [],
        repoDigests: [],
        sizeBytes: 1e6,
      });
      moveName(records, `docker.io/library/app-${number % 50}:v${number}`, id);
      moveName(records, `docker.io/library/app-${number % 50}@${digest}`, id);
    }
  });
}

/** Eight layers and a dozen steps, as images of languages and databases have them. */
function configOf(number: number): ImageConfig {
  const step = 'RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-install-recommends';
  const created = new Date(1.7e12 + number * 1e6).toISOString();
  return {
    created,
    architecture: 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: ['/bin/sh'] },
    rootfs: {
      type: 'layers',
      diff_ids: Array.from({ length: 8 }, (_, at) => parseDiffId(sha256(`layer ${number} ${at}`))),
    },
    history: Array.from({ length: 12 }, (_, at) => ({ created, created_by: `${step} package-${at}` })),
  };
}
