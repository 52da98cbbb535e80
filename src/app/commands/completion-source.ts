/** Where a surface finds proposals for a value: an engine's list, the file system, or words of the declaration. */
export type CompletionSource =
  | 'container'
  | 'running-container'
  /** `NAME:`, of a path inside. */
  | 'container-path'
  | 'image'
  | 'volume'
  | 'network'
  | 'file'
  | 'directory'
  | 'signal'
  | { readonly choices: readonly string[] };
