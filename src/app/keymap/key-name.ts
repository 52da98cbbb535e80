const named = new Set([
  ...['tab', 'enter', 'esc', 'space', 'backspace', 'delete', 'insert', 'begin'],
  ...['up', 'down', 'left', 'right', 'home', 'end', 'pageup', 'pagedown'],
  ...Array.from({ length: 12 }, (_, index) => `f${index + 1}`),
]);

/** Whether a binding may use this name: `s`, `S`, `?`, `ctrl-r`, `alt-1`, `shift-tab`, `f5`. */
export function isKeyName(name: string): boolean {
  const bare = name.replace(/^(?:ctrl-)?(?:alt-)?(?:shift-)?(?=.)/, '');
  if (named.has(bare)) return true;
  const single = [...bare].length === 1 && !/[\s\p{Control}]/u.test(bare);
  // Shift of a letter is another letter.
  return single && !/(?:^|-)shift-/.test(name.slice(0, name.length - bare.length));
}
