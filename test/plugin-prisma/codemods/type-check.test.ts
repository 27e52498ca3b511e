import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSourceFiles } from "../../../core/src/code/sources/source-files.js";
import type { Place, PlannedEdit } from "../../../core/src/model/index.js";
import { environment } from "../../support/run.js";
import { typeErrors } from "../../support/type-errors.js";
import { apply, type CodePhase, codePhases, editFor, type Files, shopModels } from "./phases.js";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../..", import.meta.url));
const fixtures = fileURLToPath(new URL("./fixtures/", import.meta.url));
const bin = (name: string) => join(repository, "node_modules/.bin", name);

/** The example app, its tests and seed included, against a client that is generated for each phase. */
describe("the edited example compiles in every phase", () => {
  let root: string;
  beforeAll(() => {
    root = copyOfShop();
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("no type error, and no place that must be edited by hand", async () => {
    let files = await readSourceFiles(root, { models: shopModels().slice(0, 1) });
    const earlier: PlannedEdit[] = [];
    for (const phase of codePhases) {
      const result = await editFor(phase, files, earlier);
      files = apply(files, result);
      earlier.push(...result.edits);
      write(root, files);
      await generate(root, phase);
      expect(typeErrors(root), phase).toEqual([]);
      expect(result.places.filter((place) => place.kind === "required")).toEqual([]);
    }
    expect(earlier.map((edit) => edit.transform)).toEqual(
      expect.arrayContaining(["create-data", "prisma-omit", "fixture", "mapper", "zod-object", "select"]),
    );
  });
});

/** All shapes of the golden files. What stops compiling at contract was listed as a place. */
describe("the shapes of the golden files", () => {
  let root: string;
  let files: Files;
  beforeAll(() => {
    root = copyOfShop();
    rmSync(join(root, "src"), { recursive: true });
    rmSync(join(root, "test"), { recursive: true, force: true });
    rmSync(join(root, "prisma/seed.ts"), { force: true });
    const cases = readdirSync(fixtures).filter((name) => !/^(?:values|create-present|omit-namespace)/.test(name));
    // One project per file would be the truth about numbered values; for types it makes no difference.
    files = cases.map((name) => ({
      file: `src/${name}.ts`,
      text: readFileSync(join(fixtures, name, "before.ts"), "utf8").replace("// @ts-nocheck", ""),
    }));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("no new type error where an edit was made", async () => {
    write(root, files);
    await generate(root, undefined);
    const before = typeErrors(root);
    const earlier: PlannedEdit[] = [];
    const places: Place[] = [];
    let current = files;
    for (const phase of codePhases) {
      const result = await editFor(phase, current, earlier);
      current = apply(current, result);
      earlier.push(...result.edits);
      write(root, current);
      await generate(root, phase);
      const added = typeErrors(root).filter((error) => !before.some((old) => textOf(old) === textOf(error)));
      // A literal that is typed as a row does not compile as soon as the model has the column: it is listed in the same phase.
      const known = phase === "expand" ? result.places : places;
      const listed = new Set(known.map((place) => `${place.file}(${place.line}`));
      places.push(...result.places);
      expect(
        added.filter((error) => !listed.has(error.slice(0, error.indexOf(",")))),
        phase,
      ).toEqual([]);
      if (phase === "contract") expect(added.length).toBeGreaterThan(0);
    }
  });
});

function copyOfShop(): string {
  const root = mkdtempSync(join(tmpdir(), "lockstep-code-"));
  const from = join(repository, "examples/prisma-shop");
  cpSync(from, root, { recursive: true, filter: (path) => !/node_modules|generated/.test(path.slice(from.length)) });
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  writeFileSync(join(root, "prisma.config.ts"), 'export default { schema: "prisma/schema.prisma" };\n');
  return root;
}

/** The client as it is after the phase: without the field, with it as optional, with it as required. */
async function generate(root: string, phase: CodePhase | undefined): Promise<void> {
  const source = readFileSync(join(repository, "examples/prisma-shop/prisma/schema.prisma"), "utf8");
  const declaration = phase === undefined ? "" : `\n  handle String${phase === "contract" ? "" : "?"} @unique`;
  writeFileSync(join(root, "prisma/schema.prisma"), source.replace(/(model User \{)/, `$1${declaration}`));
  // Any executable will do: generating does not start the engine, and nothing is downloaded.
  const env = {
    ...environment(),
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    DATABASE_URL: "postgresql://localhost/x",
  };
  await run(bin("prisma"), ["generate"], { cwd: root, env });
}

/** An error without its line: edits above it move it. */
function textOf(error: string): string {
  return error.replace(/\(\d+,\d+\)/, "");
}

function write(root: string, files: Files): void {
  for (const { file, text } of files) {
    const path = join(root, file);
    if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
