/** Images of BuildKit's own Dockerfile frontend: what they read is what gantry reads. */
const dockerfileFrontend =
  /^(?:docker\.io\/)?(?:docker\/dockerfile(?:-upstream)?|moby\/dockerfile)(?:[:@]|$)/;

/** What to say of a `syntax` that asks for a frontend gantry does not have; undefined: nothing. */
export function foreignFrontend(syntax: string | undefined): string | undefined {
  if (syntax === undefined || syntax === '' || dockerfileFrontend.test(syntax)) return undefined;
  return `syntax ${syntax} is not run: the file is read as a Dockerfile`;
}
