const proxyNames = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'];

/** Build arguments every Dockerfile takes without an ARG, in either case (Dockerfile reference, "Predefined ARGs"). */
export const predefinedArgs: ReadonlySet<string> = new Set(
  proxyNames.flatMap((name) => [name, name.toLowerCase()]),
);

/**
 * Variables a step has from predefined arguments that no ARG declares: they count neither for the cache nor for the
 * history.
 */
export function proxyEnv(
  buildArgs: Readonly<Record<string, string>>,
  declared: ReadonlyMap<string, unknown>,
): readonly string[] {
  return Object.entries(buildArgs)
    .filter(([name]) => predefinedArgs.has(name) && !declared.has(name))
    .map(([name, value]) => `${name}=${value}`);
}
