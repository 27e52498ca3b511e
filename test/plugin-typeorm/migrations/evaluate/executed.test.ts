import { createRequire } from "node:module";
import { dirname, posix } from "node:path";
import { loadParser, type Operation, readMigration } from "@lockstep/core";
import { ts } from "@lockstep/core/typescript";
import type { DataSource, Logger, QueryRunner } from "typeorm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TableConstraint } from "../../../../core/src/model/index.js";
import { readUp } from "../../../../plugin-typeorm/src/migrations/evaluate/read-migration.js";
import { createDatabase, type TestDatabase } from "../../../support/database.js";
import { file, type Sample, samples } from "./corpus.js";

const installed = createRequire(import.meta.url);
const versions = ["typeorm", "typeorm-0.3"];
let database: TestDatabase;
const sources = new Map<string, DataSource>();
let ran: string[] | undefined;

beforeAll(async () => {
  database = await createDatabase("evaluate");
  const silent = { logQueryError() {}, logQuerySlow() {}, logSchemaBuild() {}, logMigration() {}, log() {} };
  const logger = { ...silent, logQuery: (query: string) => void ran?.push(query) } as Logger;
  for (const version of versions) {
    const { DataSource: Own } = installed(version) as { DataSource: typeof DataSource };
    const options = { type: "postgres", url: database.url, logger, logging: true } as const;
    sources.set(version, await new Own(options).initialize());
  }
});

afterAll(async () => {
  for (const source of sources.values()) await source.destroy();
  await database.drop();
});

/** What `up` runs with the real TypeORM on a real PostgreSQL. */
async function execute(sample: Sample, version: string): Promise<string[]> {
  const migration = load(sample, file, sample.text, version);
  const [Class] = Object.values(migration) as (new () => { up(runner: QueryRunner): Promise<void> })[];
  if (Class === undefined) throw new Error("no class");
  const runner = (sources.get(version) as DataSource).createQueryRunner();
  await runner.startTransaction();
  try {
    if (sample.before !== undefined) await runner.query(sample.before);
    ran = [];
    await new Class().up(runner);
    return ran;
  } finally {
    ran = undefined;
    while (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  }
}

function load({ files = {} }: Sample, path: string, text: string, version: string): Record<string, unknown> {
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  const { outputText } = ts.transpileModule(text, { compilerOptions: options });
  const exports = {};
  const require = (specifier: string): unknown => {
    if (specifier === "fs" || specifier === "node:fs")
      return { readFileSync: (name: string) => files[posix.relative("/top", name)] };
    if (!specifier.startsWith(".")) return installed(specifier === "typeorm" ? version : specifier);
    const base = posix.join(dirname(path), specifier);
    const found = [`${base}.ts`, `${base}/index.ts`].find((each) => each in files) ?? "";
    return load({ files } as Sample, found, files[found] ?? "", version);
  };
  new Function("exports", "require", "module", "__dirname", outputText)(
    exports,
    require,
    { exports },
    `/top/${dirname(path)}`,
  );
  return exports;
}

function readSample({ text, files = {} }: Sample) {
  const known = { has: (path: string) => path in files, read: (path: string) => files[path] };
  return readUp(text, file, known, { dialect: "postgresql", transactions: "all" });
}

/** TypeORM's own look at the database. */
const ownLook =
  /^\s*SELECT (?:\*|"?\w+"?|.*) FROM (?:"?information_schema"?|"?pg_|current_|"typeorm_metadata")|^SELECT version\(\)|^SELECT \* FROM current|information_schema|"pg_(?:class|type|namespace|constraint|index)"|^SELECT "n"\."nspname"/;
const words = (sql: string) =>
  sql
    .replace(/--[^\n]*/g, " ")
    .split(/;|\n{2,}/)
    .map((each) => each.replace(/\s+/g, " ").trim())
    .filter(Boolean);

/** What an operation does, without where it was written. */
function effect(operation: Operation): unknown {
  const { statement: _, sql: __, line: ___, ...own } = operation;
  return JSON.parse(
    JSON.stringify(own, (key, value) =>
      // TypeORM looks whether a table is there, and names the schema of tables that it has looked up.
      /^(?:schema|definition|typeSql|ifNotExists|ifExists)$/.test(key)
        ? undefined
        : // Each version names checks in its own way.
          key === "constraints"
          ? (value as TableConstraint[]).map(({ name: _, ...constraint }) => constraint)
          : value,
    ).replaceAll('"public.', '"'),
  );
}

const cases = samples.flatMap((sample) => versions.map((version) => [sample.name, version, sample] as const));

test.each(cases)("reads what %s runs: %s", async (_, version, sample) => {
  const { sql, unread } = readSample(sample);
  expect(unread.map(({ what }) => what)).toEqual(sample.unread ?? []);
  for (const { line, text } of unread)
    expect(sample.text.split("\n")[line - 1]).toContain(text.split("\n")[0]?.slice(0, 8));
  const executed = (await execute(sample, version)).filter((query) => !ownLook.test(query));
  if (!sample.isBuilt) {
    const [expected, read] = [executed.flatMap(words), words(sql)];
    if (sample.unread === undefined && !sample.isPart) expect(read).toEqual(expected);
    // What is told of as unread is all that is not read, and it is read in its order.
    else if (sample.isPart)
      expect(expected.filter((each) => !read.includes(each)).length).toBeLessThanOrEqual(unread.length);
    else expect(read.every((each) => expected.includes(each))).toBe(true);
    return;
  }
  const parser = await loadParser();
  const operations = (text: string) => readMigration(text, file, parser).operations.map(effect);
  const [expected, read] = [operations(executed.join(";\n")), operations(sql)];
  if (sample.unread === undefined && !sample.isPart) expect(read).toEqual(expected);
  else if (sample.isPart)
    expect(expected).toEqual(
      expect.arrayContaining(read.filter((each) => JSON.stringify(each).includes("missing") === false)),
    );
  else expect(expected).toEqual(expect.arrayContaining(read));
});
