import type { Colors } from "./colors.js";
import { wrapped } from "./fitted.js";

/** A text of the docs: its paragraphs as wide as the terminal, and each link as the command or the page that it opens. */
export function pageText(page: string, { width = 100 }: Colors): string {
  const paragraphs = page.replace(/(?<!\n)\n(?!\n|- )/g, " ");
  const linked = paragraphs.replace(/\[([^\]]+)\]\(([^)]+)\)/g, (_, text: string, to: string) => {
    const [, id = ""] = /^(?:\.\.\/errors\/)?([\w-]+)\.md/.exec(to) ?? [];
    const opened = id === "" ? `docs/${to.replace(/^\.\.\//, "")}` : `\`npx lockstep explain ${id}\``;
    return text === id ? opened : `${text} (${opened})`;
  });
  return wrapped(linked, width);
}
