import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { decideChange } from "../../../plugin-prisma/src/intercept/change.js";
import { query } from "../../matrix/databases.js";
import { createDatabase } from "../../support/database.js";

// What Prisma names beside PostgreSQL's own types are enums, types of extensions, and what `Unsupported` says: that may be a domain, which
// only the database knows.

test.each<[string, string, string | undefined, RegExp | undefined]>([
  ["an enum", "role Role?", undefined, undefined],
  ["a type of an extension", "role String? @db.Citext", undefined, undefined],
  ["one that is known", 'role Unsupported("tsquery")?', undefined, undefined],
  ["a domain, or not", 'role Unsupported("Role")?', undefined, /if its type is a domain with a check/],
  ["a domain", 'role Unsupported("Role")?', "", undefined],
  ["a domain with a check", 'role Unsupported("Role")?', " CHECK (VALUE <> '')", /every row of "User" is rewritten/],
])("%s", async (_, field, domain, message) => {
  const type = field.includes("Citext") ? "CITEXT" : field.includes("tsquery") ? "tsquery" : '"Role"';
  const content = `enum Role {\n  a\n}\nmodel User {\n  id Int @id\n  ${field}\n}\n`;
  const database = domain === undefined ? undefined : await createDatabase("types");
  try {
    if (database !== undefined) await query(database.url, `CREATE DOMAIN "Role" AS text${domain}`);
    const change = await decideChange({
      project: { root: tmpdir(), developmentUrl: database?.url },
      schema: { files: [{ path: "schema.prisma", content }] },
      sqlFor: async () => `ALTER TABLE "User" ADD COLUMN "role" ${type};`,
    } as unknown as Parameters<typeof decideChange>[0]);
    expect(change.kind).toBe("pass");
    if (message === undefined) expect(change.message).toBeUndefined();
    else expect(change.message).toMatch(message);
  } finally {
    await database?.drop();
  }
});
