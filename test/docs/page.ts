/** Pages of docs/ as people follow them: what they type, what they are answered, and files as they stand then. */

/** A fenced block. Its first line names the language and, where it shows a file, the path: "```ts src/users.ts". */
export interface Block {
  /** "console" is typed, "diff" is how a file differs from the last commit, any other the text of a file. */
  readonly language: string;
  /** From the project's root. */
  readonly file: string | undefined;
  /** The reader writes the file, or makes the edit: "```ts src/users.ts write". Otherwise the file has it already. */
  readonly isWritten: boolean;
  readonly text: string;
  /** The last "## " before it; "" before the first. */
  readonly chapter: string;
}

/** A command of a console block with its answer. */
export interface Typed {
  readonly command: string;
  readonly answer: string;
}

const fence = /^```(\S+)(?: (\S+))?( write)?\n([\s\S]*?)^```$/gm;

/** The page again, with what `answer` makes of the text of each block, in their order. */
export async function rewrite(page: string, answer: (block: Block) => Promise<string>): Promise<string> {
  let text = "";
  let end = 0;
  for (const match of page.matchAll(fence)) {
    const [whole, language = "", file, written, body = ""] = match;
    const start = match.index + whole.length - "```".length - body.length;
    const chapter = [...page.slice(0, match.index).matchAll(/^## (.*)$/gm)].at(-1)?.[1] ?? "";
    text += page.slice(end, start);
    text += await answer({ language, file, isWritten: written !== undefined, text: body, chapter });
    end = start + body.length;
  }
  return text + page.slice(end);
}

/** Commands stand behind "$ "; what follows is the answer. */
export function typed(text: string): Typed[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = "", ...answer] = part.replace(/\n+$/, "").split("\n");
      return { command, answer: answer.join("\n") };
    });
}

/** Whether `text` is `shown`, of which a line "…" stands for any lines, and one that ends with "…" for any rest. */
export function isShown(shown: string, text: string): boolean {
  return isSame(shown.split("\n"), text.split("\n"));
}

function isSame([line, ...more]: readonly string[], lines: readonly string[]): boolean {
  if (line === undefined) return lines.length === 0;
  if (line.trim() === "…") return [...lines, ""].some((_, index) => isSame(more, lines.slice(index)));
  const [first, ...rest] = lines;
  if (first === undefined) return false;
  const isLike = line.endsWith("…") ? first.startsWith(line.slice(0, -1)) : first === line;
  return isLike && isSame(more, rest);
}
