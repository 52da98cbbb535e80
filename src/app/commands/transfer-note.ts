import { familiarReference, parseReference, withDefaultTag } from '../../oci/reference.ts';

/** What is said before a pull that nobody asked for by name. */
export function missingImageNote(image: string): string {
  return `Unable to find image '${familiarReference(withDefaultTag(parseReference(image)))}' locally`;
}
