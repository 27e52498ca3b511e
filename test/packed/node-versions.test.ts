import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tarballs } from "../support/published.js";
import { run } from "../support/run.js";

// The tarballs, installed by npm and loaded by every line of Node that is supported, the floor first. The binaries are those of the
// registry, in the package of this platform that the package `node` installs.

const versions = { "20.19": "20.19.0", "22": "22", "24": "24", "26": "26" } as const;
const binaries = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;

const folder = mkdtempSync(join(tmpdir(), "lockstep-packed-node-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  const dependencies = {
    ...Object.fromEntries(Object.entries(tarballs()).map(([name, file]) => [name, `file:${file}`])),
    ...Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [`node-${name}`, `npm:${binaries}@${version}`]),
    ),
  };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  const install = ["install", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { code, output } = await run("npm", install, { cwd: folder });
  expect(code, output).toBe(0);
});

/** What a package's `exports` lead to, by how it may be loaded: "@lockstep/core/announce". */
function entries(condition: "import" | "require"): string[] {
  return Object.keys(tarballs()).flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")) as {
      readonly exports: Readonly<Record<string, string | Readonly<Record<string, unknown>>>>;
    };
    return Object.entries(exports)
      .filter(([entry]) => entry !== "./package.json")
      .filter(([, to]) => typeof to !== "string" && (condition === "import" || isForCommonJs(to)))
      .map(([entry]) => name + entry.slice(1));
  });
}

function isForCommonJs(to: Readonly<Record<string, unknown>>): boolean {
  return to.require !== undefined || String(to.default).endsWith(".cjs");
}

const loaders = {
  "ES modules": [
    "main.mjs",
    "import",
    "for (const name of names) console.log(name, Object.keys(await import(name)).length);",
  ],
  CommonJS: ["main.cjs", "require", "for (const name of names) console.log(name, Object.keys(require(name)).length);"],
} as const;

describe.each(Object.keys(versions) as (keyof typeof versions)[])("Node %s", (version) => {
  const node = () =>
    join(folder, "node_modules", `node-${version}`, "bin", process.platform === "win32" ? "node.exe" : "node");

  test("is that line of Node", () => {
    expect(execFileSync(node(), ["--version"], { encoding: "utf8" })).toMatch(new RegExp(`^v${version}\\.`));
  });

  test.each(Object.entries(loaders))("%s", async (_, [file, condition, load]) => {
    const names = entries(condition);
    expect(names).toContain("@lockstep/typeorm-wrapper");
    writeFileSync(join(folder, file), `const names = ${JSON.stringify(names)};\n${load}\n`);
    const { code, output } = await run(node(), [file], { cwd: folder });
    expect(code, output).toBe(0);
    expect(
      output
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    ).toEqual(names);
  });

  test.each(["prisma", "typeorm"])("the command of @lockstep/%s", async (orm) => {
    const command = join("node_modules", "@lockstep", orm, "bin/lockstep.js");
    const { code, output } = await run(node(), [command, "--help"], { cwd: folder });
    expect(code, output).toBe(0);
    expect(output).toContain("backfill");
  });
});
