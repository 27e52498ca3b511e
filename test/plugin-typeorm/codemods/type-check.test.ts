import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PlannedEdit } from "../../../core/src/model/index.js";
import { goldenCases } from "../../support/goldens.js";
import { columns, fileOf } from "./columns.js";
import { apply, type CodePhase, codePhases, editFor, type Files, textOf, withEntities } from "./phases.js";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../..", import.meta.url));
const folder = fileURLToPath(new URL("./fixtures/cases/", import.meta.url));
// Their column is another one.
const cases = goldenCases(folder, columns).filter(({ name }) => columns[name]?.added === undefined);

type State = "before" | CodePhase;
let states: ReadonlyMap<State, Files>;

beforeAll(async () => {
  const found = new Map<State, { file: string; text: string }[]>();
  for (const { name, folder } of cases) {
    let files = withEntities(
      readFileSync(`${folder}/before.ts`, "utf8").replace(/^\/\/ @ts-nocheck\r?\n/, ""),
      fileOf(name),
    );
    const earlier: PlannedEdit[] = [];
    for (const state of ["before", ...codePhases] as const) {
      if (state !== "before") {
        const result = await editFor(state, files, earlier, columns[name] ?? {});
        files = apply(files, result);
        earlier.push(...result.edits);
      }
      found.set(state, [
        ...(found.get(state) ?? []),
        { file: `src/${name.replace("/", "-")}.ts`, text: textOf(files, fileOf(name)) },
      ]);
    }
  }
  const entities = withEntities("").filter(({ file }) => file.startsWith("src/entities/"));
  const source = `import { DataSource } from "typeorm";
export declare const AppDataSource: DataSource;
export declare const connection: DataSource;
`;
  const flags = "export declare const flags: { isOn(name: string): boolean };\n";
  const around = [...entities, { file: "src/data-source.ts", text: source }, { file: "src/flags.ts", text: flags }];
  for (const files of found.values()) files.push(...around);
  states = found;
});

/** All golden files against the types of both lines of TypeORM; the entity has the column as it is declared in each phase. */
describe.each(["typeorm", "typeorm-0.3"])("with %s", (version) => {
  let root: string;
  beforeAll(() => {
    root = projectWith(version);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test("no edit adds a type error, in any phase", async () => {
    write(root, "before", states);
    const before = await typeErrors(root);
    // The code that is checked is code that compiles, but for what names the column already, packages that are not there, and what
    // 1.x has no more.
    const known = /handle|Cannot find module|'getRepository'|src\/(?:not-|select-names)/;
    expect(before.filter((error) => !known.test(error))).toEqual([]);
    for (const phase of codePhases) {
      write(root, phase, states);
      const added = (await typeErrors(root)).filter((error) => !before.some((old) => bare(old) === bare(error)));
      expect(added, phase).toEqual([]);
    }
  });
});

function projectWith(version: string): string {
  const root = mkdtempSync(join(tmpdir(), "lockstep-typeorm-code-"));
  symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
  const compilerOptions = {
    strict: true,
    strictPropertyInitialization: false,
    noImplicitAny: false,
    noEmit: true,
    skipLibCheck: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    target: "es2022",
    module: "esnext",
    moduleResolution: "bundler",
    types: ["node"],
    paths: { typeorm: [`./node_modules/${version}`], "@/flags": ["./src/flags.ts"] },
  };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
  return root;
}

function write(root: string, state: State, all: ReadonlyMap<State, Files>): void {
  for (const { file, text } of all.get(state) ?? []) {
    const path = join(root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, withColumn(text, state));
  }
}

/** The entity as the plugin declares it in a phase. */
function withColumn(text: string, state: State): string {
  if (state === "before") return text;
  const options = { expand: "nullable: true, select: false", switch: "nullable: true", contract: "" }[state];
  const type = state === "contract" ? "string" : "string | null";
  const column = `@Column({ type: "varchar", unique: true, ${options} }) handle!: ${type};\n`;
  return text
    .replace(/(@Entity\("users"\)\nexport class User[^{]*\{\n)/, `$1  ${column}`)
    .replace(/(interface User \{\n)/, `$1  handle: ${type};\n`);
}

async function typeErrors(root: string): Promise<string[]> {
  const args = ["--noEmit", "--pretty", "false", "-p", "."];
  const options = { cwd: root, maxBuffer: 2 ** 24 };
  const { stdout } = await run(join(repository, "node_modules/.bin/tsc"), args, options).catch((error) => error);
  return String(stdout)
    .split("\n")
    .filter((line) => line.includes("error TS"));
}

/** An error without its place: edits move it. */
function bare(error: string): string {
  return error.replace(/\(\d+,\d+\)/, "");
}
