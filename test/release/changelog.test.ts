import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const { entryOf, findEntry, lackingIn, partsOf, withEntry } = await import(
  new URL("../../scripts/changelog.mjs", import.meta.url).href
);
const { neverPublished } = await import(new URL("../../scripts/package-budgets.mjs", import.meta.url).href);
const root = fileURLToPath(new URL("../..", import.meta.url));
const changelog = readFileSync(`${root}CHANGELOG.md`, "utf8");
const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(`${root}${folder}/package.json`, "utf8")) as {
    readonly name: string;
    readonly version: string;
    readonly dependencies?: Readonly<Record<string, string>>;
  };

const changeset = (id: string, type: string, summary: string) => ({
  id,
  summary,
  releases: [{ name: "@lockstep/core", type }],
});

describe("an entry", () => {
  test("is made of changesets, open plans first, then by size", () => {
    const entry = entryOf("0.2.0", [
      changeset("one", "patch", "A lock is given back.\n\nOpen plans: nothing changes."),
      changeset(
        "two",
        "minor",
        "Views are followed.\nAlso those of other schemas.\n\nOpen plans: `next` names the views.",
      ),
      changeset("three", "patch", "A second fix.\n\nOpen plans: Nothing changes"),
    ]);
    expect(entry).toBe(`## 0.2.0

### What changes for open plans?

- \`next\` names the views.

### New

- Views are followed.
  Also those of other schemas.

### Fixed

- A lock is given back.
- A second fix.`);
    const whole = withEntry(changelog, entry);
    expect(findEntry(whole, "0.2.0")).toBe(entry);
    expect(whole.replace(`${entry}\n\n`, "")).toBe(changelog);
  });

  test("says that nothing changes for open plans", () => {
    const entry = entryOf("0.1.1", [changeset("one", "patch", "A fix.\n\nOpen plans: nothing changes.")]);
    expect(entry).toContain("### What changes for open plans?\n\nNothing.");
  });

  test("is not made of a changeset that is silent about them", () => {
    expect(lackingIn({ id: "one", summary: "A fix." })).toEqual([expect.stringContaining('"Open plans: …"')]);
    expect(lackingIn({ id: "one", summary: "Open plans: nothing changes." })).toHaveLength(1);
  });
});

test("every changeset says what becomes of open plans", () => {
  for (const file of readdirSync(`${root}.changeset`).filter((name) => name.endsWith(".md") && name !== "README.md")) {
    const [, summary = ""] =
      /^---\n[\s\S]*?\n---\n([\s\S]*)$/.exec(readFileSync(`${root}.changeset/${file}`, "utf8")) ?? [];
    expect(lackingIn({ id: file, summary }), file).toEqual([]);
    expect(partsOf(summary).text).not.toBe("");
  }
});

test("all packages have the version of the newest entry, and every entry answers for open plans", () => {
  const versions = [...changelog.matchAll(/^## (\S+)$/gm)].map(([, version]) => version);
  for (const version of versions) expect(findEntry(changelog, version)).toContain("### What changes for open plans?");
  for (const folder of [".", "core", "plugin-prisma", "plugin-typeorm", "plugin-typeorm/wrapper"]) {
    const { version, dependencies = {} } = manifestOf(folder);
    expect(version).toBe(versions[0]);
    for (const [name, needed] of Object.entries(dependencies))
      if (name.startsWith("@lockstep/")) expect(needed).toBe(version);
  }
});

test.each([
  ["dist/index.js", false],
  ["dist/index.d.ts", false],
  ["dist/index.d.cts", false],
  ["dist/index.js.map", true],
  ["dist/index.ts", true],
  ["src/index.js", true],
  ["dist/tsconfig.tsbuildinfo", true],
])("%s: for development %s", (file, isForDevelopment) => {
  expect(neverPublished.test(file)).toBe(isForDevelopment);
});
