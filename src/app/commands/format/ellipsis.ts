/** At most `length` characters, the last of them `…` where something was cut. */
export function ellipsis(text: string, length: number): string {
  if (text.length <= length) return text;
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`;
}
