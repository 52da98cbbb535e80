import { expect, it } from 'vitest';
import { confirmRows } from '../../../../src/tui/overlays/confirm-rows.ts';
import { textWidth } from '../../../../src/tui/paint/grapheme.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const question = {
  text: `Remove ${'all that is not used '.repeat(8)}?`,
  items: [digest, 'web  busybox'],
  prompt: 'Go on?',
};

it('shows a digest whole where there is room', () => {
  expect(confirmRows({ ...question, text: 'Remove?' }, 120)).toEqual({
    columns: 77,
    text: ['Remove?'],
    items: [`• ${digest}`, '• web  busybox'],
    prompt: ['Go on?'],
  });
});

it('cuts nothing on any screen: what is too long goes on in the next row', () => {
  for (const columns of [20, 40, 80, 200]) {
    const rows = confirmRows(question, columns);
    for (const line of [...rows.text, ...rows.items, ...rows.prompt]) {
      expect(textWidth(line)).toBeLessThanOrEqual(rows.columns - 4);
    }
    const told = [...rows.text, ...rows.items].join('').replaceAll(/[\s•]/g, '');
    expect(told).toBe([question.text, ...question.items].join('').replaceAll(/\s/g, ''));
  }
});
