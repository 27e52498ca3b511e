import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isPage, linkOnSite, onSite } from "../../site/links.js";
import { pagesUnder } from "../../site/repository.js";
import { isListed, sections } from "../../site/sidebar.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

test("every page of docs/ stands in the sidebar of the site", () => {
  const pages = pagesUnder(root, "docs/");
  expect(pages.length).toBeGreaterThan(100);
  expect(pages.filter((file) => !isListed(file))).toEqual([]);
});

test("every line of the sidebar leads to a page", () => {
  const made = "site/api/";
  const files = sections.flatMap(({ pages }) => pages.map(({ file }) => file)).filter((file) => !file.startsWith(made));
  expect(files.filter((file) => !isPage(file) || !existsSync(root + file))).toEqual([]);
});

test("no two pages are one on the site", () => {
  const pages = [...pagesUnder(root, "docs/"), ...pagesUnder(root, "", { isDeep: false }), "site/index.md"].filter(
    isPage,
  );
  expect(new Set(pages.map(onSite)).size).toBe(pages.length);
});

test.each([
  ["check.md", "docs/deploying.md", "/check.md"],
  ["../check.md#waivers", "docs/rules/add-index.md", "/check.md#waivers"],
  ["rules/README.md", "docs/README.md", "/rules/index.md"],
  ["README.md#words", "docs/check.md", "/overview.md#words"],
  ["../docs/check.md", "site/index.md", "/check.md"],
  ["docs/check.md", "CONTRIBUTING.md", "/check.md"],
  ["../README.md", "docs/check.md", "https://host/blob/main/README.md"],
  ["../examples/prisma-shop", "docs/check.md", "https://host/blob/main/examples/prisma-shop"],
  ["plugin.md#ormplugin", "site/api/README.md", "/api/plugin.md#ormplugin"],
  ["#words", "docs/README.md", "#words"],
  ["https://example.com/a", "docs/README.md", "https://example.com/a"],
  ["/first-column-prisma", "site/index.md", "/first-column-prisma"],
])("%s of %s leads to %s", (link, from, to) => {
  expect(linkOnSite(link, from, "https://host/blob/main/")).toBe(to);
});

test("the recording is one that a player reads, and small", () => {
  const text = readFileSync(`${root}site/public/demo.cast`, "utf8");
  expect(Buffer.byteLength(text)).toBeLessThan(200_000);
  const [header, ...events] = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(header).toMatchObject({ version: 2, width: 100 });
  const times = events.map(([at]) => at);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(events.filter(([, kind]) => kind === "m").length).toBeGreaterThan(3);
});
