/**
 * The words of a command line, as a shell parses them; variables stay unexpanded. Undefined when it is more than one command (a pipe, a
 * redirection, a subshell).
 *
 * @example shellWords(`ts-node -r "tsconfig-paths/register" cli.js`) // ["ts-node", "-r", "tsconfig-paths/register", "cli.js"]
 */
export function shellWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (const [part] of line.matchAll(parts)) {
    if (/^\s/.test(part)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (part.startsWith("'")) word = (word ?? "") + part.slice(1, -1);
    else if (part.startsWith('"')) word = (word ?? "") + part.slice(1, -1).replace(/\\(["\\$`])/g, "$1");
    else word = (word ?? "") + part.replace(/^\\/, "");
  }
  if (word !== undefined) words.push(word);
  return /(?<!\\)[|<>()]/.test(line.replace(/'[^']*'|"(?:\\.|[^"\\])*"/g, "")) ? undefined : words;
}

const parts = /\s+|'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\]/g;

/** Command lines that run one after the other: `npm run build && typeorm migration:run`. */
export function commandsOf(line: string): string[] {
  return line.split(/&&|\|\||;/).map((command) => command.trim());
}
