import { describe, expect, it } from "vitest";
import { fileHash, isSameButLayout } from "../../../core/src/plan/hash.js";
import { migrationsOf, ownSpecs } from "../../support/typeorm-units.js";

describe("the hash of a unit's file", () => {
  const [, build] = migrationsOf(ownSpecs, { language: "ts", module: "commonjs" });
  const text = build?.text ?? "";
  const hash = (code: string) => fileHash("1763648123457-AddHandle.ts", code);

  it("is the same for code that went through a formatter", () => {
    const formatted = text
      .replaceAll(";\n", "\n")
      .replaceAll(/^ {4}(?! )/gm, "\t")
      .replaceAll('name = "AddHandleCreateIndex1763648123457"', "name = 'AddHandleCreateIndex1763648123457'")
      .replaceAll("(queryRunner: QueryRunner)", "(\n  queryRunner: QueryRunner,\n)")
      .replace(/^\/\/ .*\n/gm, "");
    expect(formatted).not.toBe(text);
    expect(hash(formatted)).toBe(hash(text));
    expect(hash(text.replaceAll("\n", "\r\n"))).toBe(hash(text));
  });

  it.each([
    ["the SQL", text.replaceAll("CONCURRENTLY ", "")],
    ["white space in the SQL", text.replaceAll("UNIQUE INDEX", "UNIQUE  INDEX")],
    ["what runs", text.replace("if (await isBuilt(queryRunner)) {", "{")],
    ["a name", text.replaceAll("1763648123457", "1763648123458")],
  ])("is another one when %s changed", (_, edited) => {
    expect(edited).not.toBe(text);
    expect(hash(edited)).not.toBe(hash(text));
  });

  it("is that of every byte but line ends where the file is SQL", () => {
    const sql = "-- a comment\nSELECT 1;\n";
    expect(fileHash("migration.sql", sql.replaceAll("\n", "\r\n"))).toBe(fileHash("migration.sql", sql));
    expect(fileHash("migration.sql", "SELECT 1;")).not.toBe(fileHash("migration.sql", "SELECT  1;"));
  });
});

it.each([
  ["a, // one\nb", "a, // one\n  b", true],
  ["a, // one\nb", "a, // two\n  b", false],
  ["f(/* x\n */ 1)", "f(\n  /* x\n   */ 1,\n)", true],
  ['f("// one")', "f('// one')", true],
])("%j and %j are the same but for layout: %s", (one, other, expected) => {
  expect(isSameButLayout("a.ts", one, other)).toBe(expected);
});
