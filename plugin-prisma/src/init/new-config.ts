import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type FileChange, type FirstForm, type Initialised, isDeclared } from "@lockstep/core";
import { attempt, isUnreadable } from "@lockstep/core/text";
import type { BareProject } from "./bare-project.js";
import { wrapConfig } from "./wrap-config.js";

type Package = Initialised["packages"][number];

/** How variables are loaded into the environment: Prisma 6 reads no `.env` beside a config. */
interface Loader {
  readonly imports: readonly string[];
  readonly lines: readonly string[];
  readonly packages: readonly Package[];
}

/**
 * The wrapped Prisma config with which a project of Prisma 6 works as it does without one.
 *
 * @example newConfig(bare, firstForm).change.file === "prisma.config.ts"
 */
export function newConfig(
  bare: BareProject,
  firstForm: FirstForm,
): Pick<Initialised, "notes" | "packages"> & { readonly change: FileChange } {
  const { schema, seed } = bare;
  const { imports, lines, packages } = loaderOf(bare);
  const text = [
    ...imports,
    'import { defineConfig } from "prisma/config";',
    "",
    ...(lines.length === 0 ? [] : ["// With this file Prisma no longer reads .env by itself.", ...lines, ""]),
    "export default defineConfig({",
    `  schema: ${JSON.stringify(schema)},`,
    ...(seed === undefined ? [] : ["  migrations: {", `    seed: ${JSON.stringify(seed)},`, "  },"]),
    "});",
    "",
  ].join("\n");
  const form = (file: string, isAwaitAccepted = true) => {
    const wrapped = wrapConfig(text, file, { isAwaitAccepted });
    return { file, text: "after" in wrapped ? wrapped.after : text };
  };
  const plain = form("prisma.config.mjs");
  const forms = [form("prisma.config.ts"), form("prisma.config.ts", false), form("prisma.config.mts"), plain];
  const { file, text: after } = firstForm(forms) ?? plain;
  const notes = bare.hasManifestSettings
    ? [
        `${file} replaces "prisma" of package.json, which has the same settings: Prisma warns until you remove it there.`,
      ]
    : [];
  return { change: { file, before: undefined, after }, notes, packages };
}

function loaderOf({ root, schema, isProduction }: BareProject): Loader {
  // The root's, then the first that exists beside the schema or in prisma/: as Prisma 6 does.
  const beside = [join(dirname(schema), ".env"), "prisma/.env"].find((file) => existsSync(join(root, file)));
  const files = [...new Set([".env", ...(beside === undefined ? [] : [beside])])];
  const kind = isProduction ? "prod" : "dev";
  const isThere = (name: string) => isDeclared(root, name, isProduction ? ["dependencies"] : undefined);
  // Prisma expands ${NAME}; dotenv and Node do not.
  if (files.some((file) => hasReferences(join(root, file))))
    return {
      imports: ['import { config } from "dotenv";', 'import { expand } from "dotenv-expand";'],
      lines: files.map((file) => `expand(config(${file === ".env" ? "" : `{ path: ${JSON.stringify(file)} }`}));`),
      packages: ["dotenv", "dotenv-expand"].filter((name) => !isThere(name)).map((name) => ({ name, kind })),
    };
  if (isThere("dotenv"))
    return files.length === 1
      ? { imports: ['import "dotenv/config";'], lines: [], packages: [] }
      : {
          imports: ['import { config } from "dotenv";'],
          lines: files.map((file) => `config({ path: ${JSON.stringify(file)} });`),
          packages: [],
        };
  return {
    imports: ['import { existsSync } from "node:fs";', 'import { loadEnvFile } from "node:process";'],
    lines: files.map((file) => `if (existsSync(${JSON.stringify(file)})) loadEnvFile(${JSON.stringify(file)});`),
    packages: [],
  };
}

function hasReferences(file: string): boolean {
  const text = attempt(() => readFileSync(file, "utf8"), isUnreadable) ?? "";
  return text.split("\n").some((line) => !/^\s*#/.test(line) && line.includes("$"));
}
