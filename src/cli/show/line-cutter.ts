/** Longest line that is kept together: a process that never breaks a line must not fill memory. */
const longestLine = 16_384;

/** Cuts a byte stream into lines of text. What has no newline yet is kept for the next call. */
export function lineCutter(): (data: Uint8Array) => readonly string[] {
  const decoder = new TextDecoder();
  let rest = '';
  return (data) => {
    const lines = (rest + decoder.decode(data, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) {
      lines.push(rest);
      rest = '';
    }
    // The last thing a progress bar drew over itself is what a person would see.
    return lines.map((line) => line.replace(/\r$/, '')).map((line) => line.slice(line.lastIndexOf('\r') + 1));
  };
}
