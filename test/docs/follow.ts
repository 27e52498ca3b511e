import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { type Block, isShown, rewrite, typed, withGaps } from "./page.js";
import type { Project } from "./project.js";

const docs = new URL("../../docs/", import.meta.url);

/**
 * Types every command of a page of docs/, in its order, and compares the page with the output. `vitest -u` writes a different output into
 * the page, and keeps the gaps.
 * @param projectOf where the blocks of a chapter are typed
 */
export async function follow(name: string, projectOf: (chapter: string) => Promise<Project> | Project): Promise<void> {
  const page = readFileSync(new URL(name, docs), "utf8");
  const text = await rewrite(page, async (block) => answer(block, await projectOf(block.chapter)));
  await expect(text).toMatchFileSnapshot(new URL(name, docs).pathname);
}

async function answer(block: Block, project: Project): Promise<string> {
  const { language, file, isWritten, text } = block;
  if (language === "console") {
    let all = "";
    for (const { command, answer: shown } of typed(text)) {
      const said = await project.type(command);
      const kept = isShown(shown, said) ? shown : withGaps(shown, said);
      all += `$ ${command}\n${kept === "" ? "" : `${kept}\n`}`;
    }
    return all;
  }
  if (file === undefined) return text;
  if (isWritten) {
    project.write(file, language === "diff" ? edited(project.read(file), text) : text);
    return text;
  }
  const real = language === "diff" ? await project.diff(file) : project.read(file);
  const part = `…\n${text.trimEnd()}\n…`;
  return isShown(part, real) ? text : `${withGaps(part, real).replace(/^…\n|\n…$/g, "")}\n`;
}

/** @param diff lines with " ", "-" and "+" before them */
function edited(text: string, diff: string): string {
  const lines = diff.trimEnd().split("\n");
  const side = (mark: string) =>
    lines.flatMap((line) =>
      line.startsWith(mark) || line.startsWith(" ") ? [line.slice(1)] : line === "" ? [""] : [],
    );
  const before = side("-").join("\n");
  if (text.split(before).length !== 2) throw new Error(`not there exactly once:\n${before}`);
  return `${text.replace(before, () => side("+").join("\n"))}\n`;
}
