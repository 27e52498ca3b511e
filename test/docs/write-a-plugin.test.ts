import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { succeeded } from "../contract/orm-app.js";
import { DbmateApp } from "../examples/dbmate-app.js";
import { type Block, isShown, rewrite, typed } from "./page.js";

// What docs/write-a-plugin.md shows of the example is what stands in its files, and what it answers.

const repository = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/write-a-plugin.md", repository), "utf8");

let app: DbmateApp;
beforeAll(async () => {
  app = await DbmateApp.create().open();
});
afterAll(() => app?.close());

async function answer({ language, file, isWritten, text }: Block): Promise<string> {
  if (language === "console") {
    const [{ command, answer: shown }] = typed(text) as [ReturnType<typeof typed>[number]];
    const { stdout } = await succeeded(app.lockstep(...command.replace("npx lockstep ", "").split(" ")));
    return isShown(shown, stdout.trim()) ? text : `$ ${command}\n${stdout.trim()}\n`;
  }
  if (file === undefined) return text;
  if (isWritten) {
    app.write(file, text);
    return text;
  }
  const real = readFileSync(new URL(file, repository), "utf8");
  return isShown(`…\n${text.trimEnd()}\n…`, real) ? text : real;
}

test("every block is a part of its file, or what is answered", async () => {
  expect(await rewrite(page, answer)).toBe(page);
});

test("every method of the contract is named", () => {
  const contract = readFileSync(new URL("core/src/plugin/plugin.ts", repository), "utf8");
  const [, members = ""] = /export interface OrmPlugin \{\n([\s\S]*?)\n\}/.exec(contract) ?? [];
  const names = [...members.matchAll(/^ {2}(?:readonly )?(\w+)\??[(:]/gm)].map((match) => match[1] ?? "");
  expect(names.length).toBeGreaterThan(25);
  const told = ["id", "packageName", "packageFolder"];
  expect(names.filter((name) => !told.includes(name) && !page.includes(`\`${name}`))).toEqual([]);
});

test("the example imports what the core exports, and nothing else of ours", () => {
  const { name, exports } = JSON.parse(readFileSync(new URL("core/package.json", repository), "utf8")) as {
    name: string;
    exports: Readonly<Record<string, unknown>>;
  };
  const entries = Object.keys(exports).map((entry) => entry.replace(/^\./, name));
  const sources = new URL("examples/plugin-dbmate/src/", repository);
  const imported = readdirSync(sources).flatMap((file) => [
    ...readFileSync(new URL(file, sources), "utf8").matchAll(/(?:from|import\() ?"([^"]+)"/g),
  ]);
  const others = imported.map((match) => match[1] ?? "").filter((each) => !/^(?:node:|\.\/)/.test(each));
  expect(others.length).toBeGreaterThan(5);
  expect(others.filter((each) => !entries.includes(each))).toEqual([]);
});
