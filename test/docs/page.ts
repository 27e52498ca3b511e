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
  return isLike(line, first) && isSame(more, rest);
}

const isGap = (line: string) => line.trim() === "…";
const isLike = (line: string, real: string) =>
  line.endsWith("…") ? real.startsWith(line.slice(0, -1)) : line === real;

/** `text` as a page shows it that showed `shown` before: with its gaps, "…", where they still are. */
export function withGaps(shown: string, text: string): string {
  const [old, real] = [shown.split("\n"), text.split("\n")];
  const lines: string[] = [];
  let [from, at] = [0, 0];
  for (const [line, same] of [...commonLines(old, real), [old.length, real.length] as const]) {
    lines.push(...betweenSame(old.slice(from, line), real.slice(at, same)), ...old.slice(line, line + 1));
    [from, at] = [line + 1, same + 1];
  }
  const updated = lines.join("\n");
  return isShown(updated, text) ? updated : text;
}

/** Lines that changed, next to a gap, are recognised by their first words; what replaces them ends at an empty line. */
function betweenSame(old: readonly string[], real: readonly string[]): readonly string[] {
  if (!old.some(isGap)) return real;
  const [first, ...more] = old.filter((line) => !isGap(line));
  if (first === undefined) return real.length > 0 ? ["…"] : [];
  const words = (line: string, count: number) => line.trim().split(/\s+/).slice(0, count).join(" ");
  const starts = [2, 1].map((count) => real.findIndex((line) => words(line, count) === words(first, count)));
  const start = starts.find((index) => index >= 0);
  if (start === undefined) return ["…"];
  const isOpen = isGap(old.at(-1) ?? "");
  const empty = real.indexOf("", start);
  const end = isOpen ? (empty < 0 ? start + 1 + more.length : empty) : real.length;
  return [...(start > 0 ? ["…"] : []), ...real.slice(start, end), ...(isOpen ? ["…"] : [])];
}

/** @returns the longest sequence of lines that both have, as their indexes in both */
function commonLines(old: readonly string[], real: readonly string[]): (readonly [number, number])[] {
  const longest = [...old, ""].map(() => [...real, ""].map(() => 0));
  const at = (i: number, j: number) => longest[i]?.[j] ?? 0;
  const isSameAt = (i: number, j: number) => !isGap(old[i] ?? "") && isLike(old[i] ?? "", real[j] ?? "");
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = real.length - 1; j >= 0; j -= 1)
      longest[i]![j] = isSameAt(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < old.length && j < real.length; ) {
    if (isSameAt(i, j) && at(i, j) === at(i + 1, j + 1) + 1) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return pairs;
}
