import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Checks } from "../../core/src/code/verify/checks.js";
import { type Files, planned, projectOf } from "../core/code/verify/project.js";
import { isNightly } from "../support/nightly.js";
import { tarballs } from "../support/published.js";
import { run } from "../support/run.js";

// What an application imports of the published packages, through every compiler and every way of finding modules, with nothing skipped;
// and the compile check beside each of these compilers.

const compilers = {
  "4.9": "4.9.5",
  "5.0": "5.0.4",
  "5.4": "5.4.5",
  "5.9": "5.9.3",
  "6.0": "6.0.3",
  "7.0": "7.0.2",
};
type Version = keyof typeof compilers;

const modes = [
  { name: "CommonJS, node", type: "commonjs", module: "commonjs", moduleResolution: "node" },
  { name: "CommonJS, node16", type: "commonjs", module: "node16", moduleResolution: "node16" },
  { name: "ESM, node16", type: "module", module: "node16", moduleResolution: "node16" },
  { name: "bundler", type: "module", module: "esnext", moduleResolution: "bundler" },
] as const;

const folder = mkdtempSync(join(tmpdir(), "lockstep-packed-types-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = {
  "lockstep.config.ts": `import { defineConfig, type FillFunction } from "@lockstep/prisma";

const fill: FillFunction = async (rows, { signal }) => rows.map((row) => (signal.aborted ? null : String(row.email)));

export default defineConfig({
  targets: { production: { urlFrom: "PRODUCTION_DATABASE_URL" } },
  fills: { User: { handle: { reads: ["email"], fill, fallback: "lower(email)" } } },
});
`,
  "typeorm/lockstep.config.ts": `import { defineConfig } from "@lockstep/typeorm";

export default defineConfig({ pace: "brisk", typeorm: { dataSource: "src/data-source.ts" } });
`,
  "config.ts": `import { withLockstep } from "@lockstep/prisma";
import { withLockstep as wrap } from "@lockstep/typeorm-wrapper";

export const config: { schema: string } = withLockstep({ schema: "prisma/schema.prisma" });
export const dataSource: Date = wrap(new Date());
`,
  "start.ts": `import { announce, type Build } from "@lockstep/core/announce";
import { lockstepBackfill } from "@lockstep/core/graphile-worker";

declare const build: Build;
export const stop: () => void = announce({ build, run: async (sql) => sql.length });
export const task: (payload: unknown, helpers: { abortSignal: AbortSignal }) => Promise<void> = lockstepBackfill();
`,
  // Declarations that are not found would take anything.
  "wrong.ts": `import { announce } from "@lockstep/core/announce";
import { defineConfig } from "@lockstep/prisma";
import { withLockstep } from "@lockstep/typeorm-wrapper";

// @ts-expect-error no such pace
defineConfig({ pace: "hasty" });
// @ts-expect-error what comes back is what was given
export const dataSource: Date = withLockstep("text");
// @ts-expect-error no build
announce({ run: () => undefined });
`,
};

/** Options that leave others to the compiler, and code that is right or wrong by what it makes of them. */
const leftOpen = [{}, { module: "commonjs", target: "es2021" }, { module: "nodenext", strict: true, types: ["env"] }];
const open: Files = {
  "package.json": "{}",
  "app.ts": "export {};\n",
  "node_modules/@types/env/index.d.ts": "declare const region: string;\n",
  "node_modules/legacy/package.json":
    '{ "types": "index.d.ts", "exports": { ".": "./index.d.ts", "./one": "./1.d.ts" } }',
  "node_modules/legacy/index.d.ts":
    "declare function legacy(): number;\ndeclare namespace legacy {}\nexport = legacy;\n",
  "node_modules/legacy/1.d.ts": "export declare const one: 1;\n",
};
const faulty = `import legacy from "legacy";
import * as called from "legacy";
import { one } from "legacy/one";
import "not-there";
export const used = [region, legacy(), called(), one];
export const untyped = (x) => x;
export const nothing: string = null;
export const included = [1].includes(1);
export const last = [1].at(-1);
export class Row {
  name: string;
}
for (const [key] of new Map([[1, 2]])) key.nothing;
export const wrong: number = "one";
`;
beforeAll(async () => {
  const aliases = Object.entries(compilers).map(([name, version]) => [
    `typescript-${name}`,
    `npm:typescript@${version}`,
  ]);
  const own = [...Object.entries(tarballs()).map(([name, file]) => [name, `file:${file}`]), ["@types/node", "20.19.0"]];
  write("package.json", JSON.stringify({ private: true, dependencies: Object.fromEntries([...own, ...aliases]) }));
  const install = ["install", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { code, output } = await run("npm", install, { cwd: folder });
  expect(code, output).toBe(0);
});

/** Of the line between them, at night. */
const isTried = (version: Version) => isNightly || version === "4.9" || version === "7.0";

describe.each((Object.keys(compilers) as Version[]).filter(isTried))("TypeScript %s", (version) => {
  // "bundler" came with 5.0, and 6.0 has "node" for the last time.
  const unknown: Partial<Record<Version, string>> = { "4.9": "bundler", "7.0": "node" };
  const known = modes.filter(({ moduleResolution }) => moduleResolution !== unknown[version]);

  test.each(known)("$name", async ({ name, type, module, moduleResolution }) => {
    const project = `app-${version}-${name.replace(/\W+/g, "-")}`;
    const compilerOptions = {
      ...{ module, moduleResolution, strict: true, noEmit: true, target: "es2021", lib: ["es2021", "dom"], types: [] },
      ...(version === "6.0" ? { ignoreDeprecations: "6.0" } : {}),
    };
    for (const [file, text] of Object.entries(files)) write(join(project, file), text);
    write(join(project, "package.json"), JSON.stringify({ private: true, type }));
    write(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    expect(await compile(version, project)).toBe("");
  });

  test.each(leftOpen)("the compile check finds the errors that its tsc finds: %o", async (compilerOptions) => {
    const files = { ...open, "tsconfig.json": JSON.stringify({ compilerOptions }) };
    const project = projectOf(files);
    symlinkSync(
      join(folder, `node_modules/typescript-${version}`),
      join(project, "node_modules/typescript"),
      "junction",
    );
    const { errors } = new Checks(planned(project, files)).check(new Map([["app.ts", faulty]]));
    writeFileSync(join(project, "app.ts"), faulty);
    const own = [...(await compile(version, project)).matchAll(/app\.ts\((\d+),/g)].map(([, line]) => Number(line));
    expect(new Set(errors.map(({ line }) => line))).toEqual(new Set(own));
    expect(own).toContain(14);
  });
});

test("a plugin of somebody else, TypeScript 6.0", async () => {
  const example = fileURLToPath(new URL("../../examples/plugin-dbmate/", import.meta.url));
  const { compilerOptions } = JSON.parse(readFileSync(join(example, "../../tsconfig.base.json"), "utf8"));
  cpSync(join(example, "src"), join(folder, "plugin/src"), { recursive: true });
  write("plugin/package.json", JSON.stringify({ private: true, type: "module" }));
  write("plugin/tsconfig.json", JSON.stringify({ compilerOptions: { ...compilerOptions, noEmit: true } }));
  write(
    "plugin/src/wrong.ts",
    `import type { OrmPlugin } from "@lockstep/core";

// @ts-expect-error what a plugin has to know is missing
export const plugin: OrmPlugin = { name: "empty" };
`,
  );
  expect(await compile("6.0", "plugin")).toBe("");
});

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

async function compile(version: Version, project: string): Promise<string> {
  const compiler = join(folder, `node_modules/typescript-${version}/bin/tsc`);
  const { stdout } = await run(process.execPath, [compiler, "-p", project, "--pretty", "false"], { cwd: folder });
  return stdout;
}
