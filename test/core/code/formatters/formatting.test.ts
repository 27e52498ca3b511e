import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Formatting } from "../../../../core/src/code/formatters/formatting.js";

const modules = fileURLToPath(new URL("../../../../node_modules", import.meta.url));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function project(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "lockstep-formatting-"));
  folders.push(root);
  for (const [file, text] of Object.entries({ ".git/HEAD": "", ...files })) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

const declared = JSON.stringify({ devDependencies: { prettier: "*" } });
/** A Prettier that does this with a text. */
const prettier = (body: string) => `
exports.resolveConfig = async () => null;
exports.getFileInfo = async () => ({ ignored: false, inferredParser: "typescript" });
exports.format = (text) => { ${body} };
`;
const children = () => process.getActiveResourcesInfo().filter((name) => name === "ProcessWrap").length;
const shouting = prettier("return text.toUpperCase();");
const module = "node_modules/prettier/index.js";

test.each([
  { name: "none", files: {}, unformatted: undefined, after: "b\n" },
  {
    name: "one that formats",
    files: { "package.json": declared, [module]: shouting },
    unformatted: undefined,
    after: "B\n",
  },
  {
    name: "one that only another package brought",
    files: { "package.json": "{}", [module]: shouting },
    unformatted: undefined,
    after: "b\n",
  },
  {
    name: "one that is not installed",
    files: { "package.json": declared },
    unformatted: { formatter: "prettier", why: "prettier is not installed" },
    after: "b\n",
  },
  {
    name: "one that cannot be loaded",
    files: { "package.json": declared, [module]: `throw new Error("no such engine");` },
    unformatted: { formatter: "prettier", why: "no such engine" },
    after: "b\n",
  },
  {
    name: "one that ends its process",
    files: { "package.json": declared, [module]: prettier("process.exit(3);") },
    unformatted: { formatter: "prettier", why: "it ended early (exit code 3)" },
    after: "b\n",
  },
  {
    name: "one that never answers",
    files: { "package.json": declared, [module]: prettier("for (;;);") },
    limitMs: 3_000,
    unformatted: { formatter: "prettier", why: "it took longer than 3 s" },
    after: "b\n",
  },
  {
    name: "one that does not read this file",
    files: { "package.json": declared, [module]: prettier(`throw new SyntaxError("unexpected token");`) },
    unformatted: undefined,
    after: "b\n",
  },
  {
    name: "one with a plugin that breaks over this file",
    files: { "package.json": declared, [module]: prettier(`throw new TypeError("no such node");`) },
    unformatted: { formatter: "prettier", why: "no such node" },
    after: "b\n",
  },
  {
    name: "a biome whose settings it cannot read",
    files: { "biome.json": `{ "nonsense": 1 }` },
    installed: ["@biomejs/biome"],
    unformatted: { formatter: "biome", why: expect.stringMatching(/biome\.json:1:3 deserialize: .*nonsense/) },
    after: "b\n",
  },
  {
    name: "a dprint without plugins",
    files: { "dprint.json": "{}" },
    installed: ["dprint"],
    unformatted: { formatter: "dprint", why: expect.stringContaining("No formatting plugins found") },
    after: "b\n",
  },
  {
    name: "one that breaks over this file alone",
    files: {
      "dprint.json": "{}",
      "node_modules/dprint/package.json": "{}",
      "node_modules/dprint/bin.cjs": `const text = require("node:fs").readFileSync(0, "utf8");
        if (text === "b\\n") console.error("panicked"), process.exit(101);
        process.stdout.write(text);`,
    },
    unformatted: { formatter: "dprint", why: "panicked" },
    after: "b\n",
  },
  {
    name: "a biome that is not installed",
    files: { "biome.json": "{}" },
    unformatted: { formatter: "biome", why: "@biomejs/biome is not installed" },
    after: "b\n",
  },
])("$name", async ({ files, installed = [], limitMs, unformatted, after }) => {
  const root = project(files);
  for (const name of installed) {
    mkdirSync(dirname(join(root, "node_modules", name)), { recursive: true });
    symlinkSync(join(modules, name), join(root, "node_modules", name));
  }
  const formatting = new Formatting(root, "auto", limitMs);
  const changes = [
    { file: "a.ts", before: "A\n", after: "b\n" },
    // What runs as it was reviewed.
    { file: "migration.sql", before: undefined, after: "select 1\n" },
    { file: "gone.ts", before: "A\n", after: undefined },
  ];
  try {
    expect(await formatting.apply(changes)).toEqual([{ ...changes[0], after }, changes[1], changes[2]]);
    expect(formatting.unformatted).toEqual(unformatted);
  } finally {
    formatting.close();
  }
});

describe("started before it is needed", () => {
  const ended = `require("node:fs").writeFileSync("ended", ""); process.exit(3);`;

  test.each([
    { name: "it formats", text: shouting, unformatted: undefined, after: "B\n" },
    {
      name: "what ended meanwhile is said",
      text: ended,
      unformatted: { formatter: "prettier", why: "it ended early (exit code 3)" },
      after: "b\n",
    },
  ])("$name", async ({ text, unformatted, after }) => {
    const root = project({ "package.json": declared, [module]: text });
    const formatting = new Formatting(root);
    await formatting.warmUp();
    if (text === ended)
      await vi.waitFor(() => expect([existsSync(join(root, "ended")), children()]).toEqual([true, 0]), 30_000);
    expect(await formatting.apply([{ file: "a.ts", before: "A\n", after: "b\n" }])).toEqual([
      { file: "a.ts", before: "A\n", after },
    ]);
    expect(formatting.unformatted).toEqual(unformatted);
    formatting.close();
  });

  test("what is not there is said where something is to be laid out", async () => {
    const formatting = new Formatting(project({ "package.json": declared }));
    await formatting.warmUp();
    await formatting.apply([{ file: "a.sql", before: undefined, after: "select 1\n" }]);
    expect(formatting.unformatted).toBeUndefined();
    await formatting.apply([{ file: "a.ts", before: undefined, after: "b\n" }]);
    expect(formatting.unformatted).toEqual({ formatter: "prettier", why: "prettier is not installed" });
    formatting.close();
  });

  test("closed at once, it leaves no process", async () => {
    const formatting = new Formatting(project({ "package.json": declared, [module]: shouting }));
    const isWarm = formatting.warmUp();
    formatting.close();
    await isWarm;
    expect(children()).toBe(0);
  });
});

describe("in a monorepo", () => {
  const laidOut = async (files: Readonly<Record<string, string>>) => {
    const root = project({ "packages/db/package.json": "{}", "apps/web/package.json": "{}", ...files });
    mkdirSync(join(root, "apps/web/src"), { recursive: true });
    const formatting = new Formatting(join(root, "packages/db"));
    const changes = ["a.ts", "../../apps/web/src/b.ts"].map((file) => ({ file, before: undefined, after: "b\n" }));
    try {
      const texts = (await formatting.apply(changes)).map(({ after }) => after);
      return { texts, unformatted: formatting.unformatted, processes: children() };
    } finally {
      formatting.close();
    }
  };

  test("each package has its own formatter", async () => {
    const web = { "apps/web/package.json": declared, [`apps/web/${module}`]: shouting };
    expect(await laidOut(web)).toEqual({ texts: ["b\n", "B\n"], unformatted: undefined, processes: 1 });
  });

  test("one of all packages is started once", async () => {
    const top = { "package.json": declared, [module]: shouting };
    expect(await laidOut(top)).toEqual({ texts: ["B\n", "B\n"], unformatted: undefined, processes: 1 });
  });
});

test("without formatting nothing is run", async () => {
  const root = project({ "package.json": declared, [module]: shouting });
  const changes = [{ file: "a.ts", before: "A\n", after: "b\n" }];
  expect(await new Formatting(root, "off").apply(changes)).toEqual(changes);
});
