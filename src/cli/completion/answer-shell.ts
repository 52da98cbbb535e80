import { type Completion, type CompletionWorld, completeWords } from '../../app/completion/complete-words.ts';
import { stripControl } from '../../base/strip-control.ts';
import { globalOffers } from '../global-options.ts';
import type { ShellQuestion } from './shell-question.ts';

/** The answer, for the scripts of shell-scripts.ts. Never rejects: a shell has no place to say what is wrong. */
export async function answerShell(question: ShellQuestion, world: CompletionWorld): Promise<string> {
  const { offers, files } = await complete(question, world).catch((): Completion => nothing);
  const lines = offers.map(({ text, detail }) => `${plain(text)}\t${plain(detail)}`);
  return [`:${files}`, ...lines, ''].join('\n');
}

async function complete({ words, early }: ShellQuestion, world: CompletionWorld): Promise<Completion> {
  const typed = words.at(-1) ?? '';
  if (early) return { offers: [], files: 'directory' };
  if (words.length > 1 || !typed.startsWith('-')) return await completeWords(words, world);
  return { offers: globalOffers.filter(({ text }) => text.startsWith(typed)), files: 'none' };
}

const nothing: Completion = { offers: [], files: 'none' };

function plain(text: string): string {
  return stripControl(text).replace(/\s+/g, ' ');
}
