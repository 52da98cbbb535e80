/** Where the next page of a list is, by the `Link` header (distribution-spec "Listing Tags"); undefined: it was the last. */
export function nextPage(link: string | string[] | undefined): string | undefined {
  const text = Array.isArray(link) ? link[0] : link;
  return /^<([^>]{1,2000})>\s*;\s*rel="?next"?/.exec(text ?? '')?.[1];
}
