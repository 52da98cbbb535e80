const proxyNames = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'];

/** Build arguments every Dockerfile takes without an ARG, in either case (Dockerfile reference, "Predefined ARGs"). */
export const predefinedArgs: ReadonlySet<string> = new Set(
  proxyNames.flatMap((name) => [name, name.toLowerCase()]),
);

/**
 * Variables a step has from predefined arguments that no ARG declares: they count neither for the cache nor for the
 * history. One that is given in one case only is there in both, as programs look for either (BuildKit does the same).
 */
export function proxyEnv(
  buildArgs: Readonly<Record<string, string>>,
  declared: ReadonlyMap<string, unknown>,
): readonly string[] {
  const inBothCases = proxyNames.flatMap((upper) => {
    const lower = upper.toLowerCase();
    return [
      [upper, buildArgs[upper] ?? buildArgs[lower]],
      [lower, buildArgs[lower] ?? buildArgs[upper]],
    ] as const;
  });
  return inBothCases
    .filter(([name, value]) => value !== undefined && !declared.has(name))
    .map(([name, value]) => `${name}=${value}`);
}
