import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CodeDesk } from "../support/code-desk.js";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
const olderBiome = "../test/node_modules/@biomejs/biome";

/** A formatter as a project has it: in `node_modules`, under its own name, with settings that are not its defaults. */
interface Tool {
  /** Package names, and where the tests have them installed. */
  readonly packages: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  /** What the project's own CI runs, and what brings the project into shape. */
  readonly check: readonly [string, ...string[]];
  readonly write: readonly [string, ...string[]];
}

const style = { semi: false, singleQuote: true, printWidth: 70, tabWidth: 4 };
const prettier = (installed: string): Tool => {
  const bin = join(modules, installed, installed === "prettier" ? "bin/prettier.cjs" : "bin-prettier.js");
  return {
    packages: { prettier: installed },
    settings: {
      ".prettierrc": JSON.stringify(style),
      ".prettierignore": "src/ignored.ts\n",
      "package.json": JSON.stringify({ name: "app", devDependencies: { prettier: "*" } }, null, 4).concat("\n"),
    },
    check: [process.execPath, bin, "--check", "."],
    write: [process.execPath, bin, "--write", "."],
  };
};
const biome = (installed: string, settings: object): Tool => {
  const bin = join(modules, installed, "bin/biome");
  const { formatter, javascript } = {
    formatter: { indentStyle: "tab", lineWidth: 70 },
    javascript: { formatter: { quoteStyle: "single", semicolons: "asNeeded" } },
  };
  return {
    packages: { "@biomejs/biome": installed },
    settings: { "biome.json": JSON.stringify({ ...settings, formatter, javascript }).concat("\n") },
    check: [process.execPath, bin, "check", "."],
    write: [process.execPath, bin, "check", "--write", "."],
  };
};
const dprint = [process.execPath, join(modules, "dprint/bin.cjs")] as const;

const tools: Readonly<Record<string, Tool>> = {
  "prettier 2": prettier("prettier-2"),
  "prettier 3": prettier("prettier"),
  "biome 1": biome(olderBiome, { files: { ignore: ["src/ignored.ts"] }, linter: { enabled: false } }),
  "biome 2": biome("@biomejs/biome", { files: { includes: ["**", "!src/ignored.ts"] }, linter: { enabled: false } }),
  dprint: {
    packages: { dprint: "dprint", "@dprint/typescript": "@dprint/typescript" },
    settings: {
      "dprint.json": JSON.stringify({
        lineWidth: 70,
        typescript: { semiColons: "asi", quoteStyle: "preferSingle" },
        excludes: ["**/node_modules", "src/ignored.ts"],
        plugins: ["./node_modules/@dprint/typescript/plugin.wasm"],
      }),
    },
    check: [...dprint, "check"],
    write: [...dprint, "fmt"],
  },
};

const app = {
  "prisma/schema.prisma": `datasource db {
  provider = "postgresql"
}

model User {
  id Int @id @default(autoincrement())
  email String @unique
  name String
}
`,
  "src/db.ts": `import { PrismaClient } from "./generated/client.js";
export const prisma = new PrismaClient({ adapter: undefined as never, errorFormat: "minimal" });
`,
  "src/users.ts": `import { z } from "zod";
import { prisma } from "./db.js";
export const userResponse = z.object({ id: z.number(), email: z.string(), name: z.string() });
export async function addUser(email: string, name: string) {
  return prisma.user.create({ data: { email: email.trim(), name: name.trim() } });
}
export async function listUsers() {
  return prisma.user.findMany({ select: { id: true, email: true, name: true } });
}
export function toRow(user: { id: number; email: string; name: string }) {
  return { id: user.id, email: user.email, name: user.name };
}
`,
  "src/ignored.ts": `import { prisma } from "./db.js";
export   const addIgnored = (email: string, name: string) => prisma.user.create({ data: {email,   name} });
`,
};

describe.each(Object.entries(tools))("%s", (_, tool) => {
  let desk: CodeDesk;
  const texts = () => Object.fromEntries(sourcesIn(desk.root).map((file) => [file, desk.read(file)]));
  const run = ([program, ...args]: Tool["check"]) => {
    try {
      return execFileSync(program, args, { cwd: desk.root, encoding: "utf8", stdio: "pipe" }) && "";
    } catch (error) {
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      return `${stdout}${stderr}`;
    }
  };
  /** The app as its formatter leaves it. */
  let formatted: Record<string, string>;

  beforeAll(async () => {
    desk = await CodeDesk.open(app, {
      phase: "expand",
      prepare(root) {
        for (const [name, text] of Object.entries(tool.settings)) writeFileSync(join(root, name), text);
        for (const [name, installed] of Object.entries(tool.packages)) {
          mkdirSync(dirname(join(root, "node_modules", name)), { recursive: true });
          symlinkSync(join(modules, installed), join(root, "node_modules", name));
        }
        execFileSync(tool.write[0], tool.write.slice(1), { cwd: root, stdio: "pipe" });
        formatted = Object.fromEntries(sourcesIn(root).map((file) => [file, readFileSync(join(root, file), "utf8")]));
      },
    });
  });
  afterAll(() => desk.close());

  test("what was formatted stays so through all phases, and undo gives the bytes back", async () => {
    expect(run(tool.check)).toBe("");
    await desk.code({ code: "likely" });
    expect(run(tool.check)).toBe("");
    const expanded = texts();
    expect(expanded["src/users.ts"]).not.toBe(formatted["src/users.ts"]);
    // What the formatter leaves alone keeps its layout.
    expect(expanded["src/ignored.ts"]).toContain("export   const");
    expect(await again(desk)).toEqual([]);

    await desk.release("switch");
    await desk.code({ code: "likely", exposure: "exposed" });
    expect(run(tool.check)).toBe("");
    const switched = texts();
    expect(switched["src/users.ts"]).not.toBe(expanded["src/users.ts"]);
    expect(await again(desk)).toEqual([]);

    await desk.release("contract");
    expect(run(tool.check)).toBe("");
    expect(await again(desk)).toEqual([]);

    for (const before of [switched, expanded]) {
      await desk.undo();
      expect(texts()).toEqual(before);
      expect(run(tool.check)).toBe("");
    }
    await desk.undo({ yes: true });
    expect(texts()).toEqual(formatted);
    expect(run(tool.check)).toBe("");
  });
});

function sourcesIn(root: string): readonly string[] {
  return readdirSync(join(root, "src")).map((file) => `src/${file}`);
}

/** What `lockstep code` would still edit. */
async function again(desk: CodeDesk) {
  const { json } = await desk.code({ code: "required", dryRun: true });
  return (json as { readonly edits: readonly unknown[] }).edits;
}
