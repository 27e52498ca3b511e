import { expect, it } from "vitest";
import { namedAsModels } from "../../../core/src/plan/named-as-models.js";
import { loadParser } from "../../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../../core/src/postgresql/read/read-migration.js";

const models = [{ table: { schema: "depot", name: "stock" } }, { table: { name: "users" } }];

async function tablesIn(sql: string, defaultSchema: string) {
  const migration = namedAsModels(readMigration(sql, "migration.sql", await loadParser()), models, defaultSchema);
  return migration.operations.flatMap((operation) => [
    ...("table" in operation ? [operation.table] : []),
    ...(operation.kind === "addForeignKey" ? [operation.references] : []),
  ]);
}

it("calls tables what their models call them", async () => {
  expect(await tablesIn(`ALTER TABLE stock ADD a int; ALTER TABLE depot.stock ADD b int;`, "depot")).toEqual([
    { schema: "depot", name: "stock" },
    { schema: "depot", name: "stock" },
  ]);
  expect(await tablesIn(`ALTER TABLE public.users ADD a int;`, "public")).toEqual([{ name: "users" }]);
});

it("keeps the schema of a table without a model, and knows it by both names", async () => {
  expect(
    await tablesIn(
      `ALTER TABLE depot.stock ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES depot.supplier (id); ALTER TABLE supplier ADD b int;`,
      "depot",
    ),
  ).toEqual([
    { schema: "depot", name: "stock" },
    { schema: "depot", name: "supplier" },
    { schema: "depot", name: "supplier" },
  ]);
  expect(await tablesIn(`ALTER TABLE log ADD b int;`, "public")).toEqual([{ name: "log" }]);
});
