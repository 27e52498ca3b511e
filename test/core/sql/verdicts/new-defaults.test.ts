import { expect, test } from "vitest";
import { checkingOf } from "../../../../core/src/databases/checking-of.js";
import { makersOf } from "../../../../core/src/sql/verdicts/new-defaults.js";

test.each([
  ["a function", "CREATE FUNCTION region() RETURNS text LANGUAGE sql AS $$ SELECT 'eu' $$;", true],
  ["who may call it", "GRANT EXECUTE ON FUNCTION region() TO app;", true],
  ["who may not", "REVOKE ALL ON FUNCTION region() FROM PUBLIC;", true],
  ["rights on a table, whose lock others would wait for", "REVOKE INSERT ON TABLE orders FROM app;", false],
  ["a column", "ALTER TABLE orders ADD COLUMN region text DEFAULT region();", false],
])("%s is run before a default is tried: %s", async (_, sql, isRun) => {
  const checking = await checkingOf("postgresql");
  const migration = { name: "1_region", ...checking!.read(sql, "1_region") };
  expect(makersOf([migration])).toEqual(isRun ? [sql.slice(0, -1)] : []);
});
