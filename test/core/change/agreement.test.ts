import { expect, test } from "vitest";
import { assertAgreement } from "../../../core/src/change/agreement.js";
import { loadParser } from "../../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../../core/src/postgresql/read/read-migration.js";
import { handleSql, planOf } from "../../support/plan-fixture.js";

const optional = handleSql.replace(" NOT NULL", "");
const [add = "", index = ""] = optional.split("\n\n");

async function check(relaxedSql: string): Promise<void> {
  const read = async (sql: string) => readMigration(sql, "migration.sql", await loadParser());
  assertAgreement(await read(handleSql), await read(relaxedSql), await planOf({}), "Prisma");
}

test.each([
  ["without NOT NULL on the relaxed column", optional],
  ["in another order", `${index}\n${add}`],
  ["with other white space", optional.replace("COLUMN     ", "COLUMN ")],
])("agrees: %s", async (_name, relaxed) => {
  await expect(check(relaxed)).resolves.toBeUndefined();
});

test.each([
  ["nothing at all", "", "CREATE UNIQUE INDEX"],
  ["without the index", add, "CREATE UNIQUE INDEX"],
  ["another type", optional.replace("TEXT", "INTEGER"), "integer"],
  ["something besides", `${optional}\nALTER TABLE "User" DROP COLUMN "name";`, `DROP COLUMN \\"name\\"`],
])("does not agree: %s", async (_name, relaxed, shown) => {
  await expect(check(relaxed)).rejects.toMatchObject({ code: "LS2011", message: expect.stringContaining(shown) });
});
