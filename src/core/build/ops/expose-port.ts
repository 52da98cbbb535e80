/** Ports of one word of EXPOSE as the config keeps them: `8000-8002/udp` → three. Undefined: not a port. */
export function exposedPorts(word: string): readonly string[] | undefined {
  // An address or a port of the host may stand before, as in `-p`; an image cannot promise either.
  const own = word.slice(word.lastIndexOf(':') + 1);
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(own);
  if (match === null) return undefined;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  if (first > last || last > 65_535) return undefined;
  const protocol = (match[3] ?? 'tcp').toLowerCase();
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol}`);
}
