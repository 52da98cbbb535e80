import { hash } from 'node:crypto';
import { join } from 'node:path';
import { asObject, optionalString, requiredString } from '../../../oci/decode-json.ts';
import { parseDigest } from '../../../oci/digest.ts';
import { KeptFiles } from '../context/kept-files.ts';

/** What a URL held when it was downloaded, and how to ask whether it still does (RFC 9110, "Conditional Requests"). */
export interface KnownDownload {
  readonly digest: string;
  /** Seconds since 1970; undefined: the server did not say. */
  readonly modifiedSeconds: number | undefined;
  readonly etag: string | undefined;
  /** The header, where it alone can be relied on. */
  readonly lastModified: string | undefined;
}

/** How many URLs are remembered; the oldest go first. */
const keptDownloads = 500;

/** Remembers downloads of ADD, not their bytes. A lost or broken record costs a download. */
export class KnownDownloads {
  readonly #files: KeptFiles;

  constructor(cacheDir: string) {
    this.#files = new KeptFiles(join(cacheDir, 'downloads'), keptDownloads);
  }

  /** `identity`: the URL and the login it was asked with. */
  find(identity: string): KnownDownload | undefined {
    const text = this.#files.read(nameOf(identity));
    if (text === undefined) return undefined;
    try {
      const what = 'record of a download';
      const object = asObject(JSON.parse(text), what);
      const modified = object['modifiedSeconds'];
      return {
        digest: parseDigest(requiredString(object, 'digest', what)),
        modifiedSeconds: typeof modified === 'number' ? modified : undefined,
        etag: optionalString(object, 'etag', what),
        lastModified: optionalString(object, 'lastModified', what),
      };
    } catch {
      return undefined;
    }
  }

  keep(identity: string, download: KnownDownload): void {
    this.#files.write(nameOf(identity), JSON.stringify(download));
  }
}

function nameOf(identity: string): string {
  return hash('sha256', identity, 'hex');
}
