import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What the site reads of the repository besides the text of its pages. */

/** @param folder with a slash at the end; "" is the root @returns Markdown files in it and below, from the root, in their order */
export function pagesUnder(root: string, folder: string, { isDeep = true } = {}): string[] {
  return readdirSync(join(root, folder), { recursive: isDeep, encoding: "utf8" })
    .map((name) => `${folder}${name.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".md"))
    .sort();
}

/** @returns the first heading of a page, as text */
export function titleOf(root: string, file: string): string {
  const [, title = file] = /^# (.*)$/m.exec(readFileSync(join(root, file), "utf8")) ?? [];
  return title.replace(/[`*\\]/g, "");
}

/** @returns where a code host shows the files of the repository: links to what is no page of the site lead there */
export function repositoryFiles(root: string): string {
  const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const url: string = repository?.url ?? repository ?? "";
  return `${url.replace(/^git\+/, "").replace(/\.git$/, "")}/blob/main/`;
}
