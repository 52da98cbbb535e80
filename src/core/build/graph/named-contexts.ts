import { GantryError } from '../../../base/gantry-error.ts';
import { familiarReference, parseReference } from '../../../oci/reference.ts';
import { isGitUrl } from '../context/git-url.ts';

/** What `--build-context name=…` stands for. */
export type NamedContext =
  | { readonly kind: 'image'; readonly reference: string }
  /** Absolute. */
  | { readonly kind: 'folder'; readonly dir: string }
  /** An OCI image layout in a folder; `wanted` is the tag or digest of one of its images. */
  | { readonly kind: 'layout'; readonly dir: string; readonly wanted: string | undefined }
  /** A tar or a git repository. */
  | { readonly kind: 'remote'; readonly url: string };

export type OciLayout = Extract<NamedContext, { kind: 'layout' }>;

/** Names nobody can give another meaning. */
const reserved: ReadonlySet<string> = new Set(['scratch', 'context']);
const imageScheme = 'docker-image://';

/** The contexts a build was given beside its main one. They stand above stages and images of the same name. */
export class NamedContexts {
  readonly #byName = new Map<string, NamedContext>();

  /** Name to folder or `docker-image://REFERENCE`. Throws `invalid` / `bad-context`, `unsupported` / `build-context`. */
  constructor(contexts: Readonly<Record<string, string>>) {
    for (const [name, value] of Object.entries(contexts))
      this.#byName.set(contextKey(name), parse(name, value));
  }

  /** `name` as FROM, --from and from= have it: `base` and `base:latest` are the same. */
  find(name: string): NamedContext | undefined {
    if (this.#byName.size === 0 || reserved.has(name.toLowerCase())) return undefined;
    return this.#byName.get(keyOf(name) ?? '');
  }
}

function parse(name: string, value: string): NamedContext {
  if (value.startsWith(imageScheme)) return { kind: 'image', reference: value.slice(imageScheme.length) };
  if (value.startsWith('/')) return { kind: 'folder', dir: value };
  const layout = /^oci-layout:\/\/(\/[^@]*?)(?::([\w][\w.-]{0,127}))?(?:@(sha\d+:[0-9a-f]+))?$/.exec(value);
  if (layout !== null) return { kind: 'layout', dir: layout[1] as string, wanted: layout[3] ?? layout[2] };
  if (isGitUrl(value) || /^https?:\/\//.test(value)) return { kind: 'remote', url: value };
  throw new GantryError({
    kind: 'unsupported',
    code: 'build-context',
    message: `build context ${name}=${value} is not supported`,
    hint: `name a folder, ${imageScheme}IMAGE, oci-layout://FOLDER:TAG or a URL`,
  });
}

function contextKey(name: string): string {
  const key = keyOf(name);
  if (key !== undefined) return key;
  throw new GantryError({
    kind: 'invalid',
    code: 'bad-context',
    message: `invalid context name ${name}: invalid reference format`,
    hint: 'a context is named like an image or a stage',
  });
}

function keyOf(name: string): string | undefined {
  try {
    return familiarReference(parseReference(name.toLowerCase())).replace(/:latest$/, '');
  } catch {
    return undefined;
  }
}
