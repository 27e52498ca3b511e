/** What is known of a migration that stands in the repository. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { indexMigration } from "../../../core/src/change/release/index-migration.js";
import { loadParser } from "../../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../../core/src/postgresql/read/read-migration.js";
import { renderMigration } from "../../../plugin-typeorm/src/migrations/render.js";
import { readStatements } from "../../../plugin-typeorm/src/migrations/statements.js";

const root = mkdtempSync(join(tmpdir(), "lockstep-statements-"));
mkdirSync(join(root, "old"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const of = (name: string, text: string) => {
  // In a folder that new migrations are not written to.
  writeFileSync(join(root, `old/${name}.ts`), text);
  return readStatements({ root, migrationGlobs: ["new/*.ts", "old/*.ts"] }, name);
};
const own = (up: string, down: string) =>
  `export class Own1763648123456 { async up(q) { ${up} } async down(q) { ${down} } }`;

test("literal statements are known; where code is about them they are not", () => {
  const name = "1763648123456-Own";
  expect(of(name, own(`await q.query("A"); await q.query("B")`, `await q.query("C")`))).toEqual({
    up: ["A", "B"],
    down: ["C"],
  });
  expect(of(name, own(`await q.query("A")`, `await this.back(q)`))).toEqual({ up: ["A"], down: [] });
  expect(of(name, own(`await helper(q); await q.query("A")`, ""))).toBeUndefined();
  expect(of(name, own("for (const a of b) await q.query(`A`)", ""))).toBeUndefined();
  expect(readStatements({ root, migrationGlobs: ["old/*.ts"] }, "1763648123457-Gone")).toBeUndefined();
});

test("an index that has a migration of its own is one statement, whatever formats the file", async () => {
  const sql = `CREATE INDEX CONCURRENTLY "i" ON "users" ("email")`;
  const [operation] = readMigration(sql, "migration.sql", await loadParser()).operations;
  if (operation?.kind !== "createIndex") throw new Error("no index");
  const name = "1763648123458-Index";
  const text = renderMigration({
    name,
    content: indexMigration(operation),
    flavour: { language: "ts", module: "commonjs" },
  });
  const expected = { up: [expect.stringMatching(/^CREATE INDEX CONCURRENTLY "i" ON "users"\("email"\);$/m)], down: [] };
  expect(of(name, text)).toEqual(expected);
  expect(of(name, text.replaceAll("    ", "\t").replace(": Promise<void> {\n", ":\n\tPromise<void>\n\t{\n"))).toEqual(
    expected,
  );
  expect(
    of(name, text.replace("if (await isBuilt", "await this.more(queryRunner);\n if (await isBuilt")),
  ).toBeUndefined();
});
