/**
 * Splits at blanks as the shell would, leaving quotes and escapes in the words: expansion comes later. For ENV, LABEL
 * and ARG. An unclosed quote runs to the end of the line.
 */
export function splitWords(text: string, escapeChar: string): readonly string[] {
  if (!/['"\\`]/.test(text)) return text.split(/\s+/).filter((word) => word !== '');
  const words: string[] = [];
  let word = '';
  let inWord = false;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (quote === '' && isBlank(char)) {
      if (inWord) words.push(word);
      word = '';
      inWord = false;
      continue;
    }
    inWord = true;
    word += char;
    if (char === escapeChar && quote !== "'") {
      at += 1;
      word += text[at] ?? '';
    } else if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === "'" || char === '"') {
      quote = char;
    }
  }
  if (inWord) words.push(word);
  return words;
}

function isBlank(char: string): boolean {
  return char === ' ' || (char >= '\t' && char <= '\r');
}
