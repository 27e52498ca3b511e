import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { decideChange } from "../../../plugin-prisma/src/intercept/change.js";

// What Prisma names beside PostgreSQL's own types are enums, types of extensions, and what `Unsupported` says: that may be a domain.

test.each<[string, string, RegExp | undefined]>([
  ["an enum", "role Role?", undefined],
  ["a type of an extension", "role String? @db.Citext", undefined],
  ["a domain, or not", 'role Unsupported("Role")?', /if its type is a domain with a check of its own/],
  ["one that is known", 'role Unsupported("tsquery")?', undefined],
])("%s", async (_, field, message) => {
  const type = field.includes("Citext") ? "CITEXT" : field.includes("tsquery") ? "tsquery" : '"Role"';
  const content = `enum Role {\n  a\n}\nmodel User {\n  id Int @id\n  ${field}\n}\n`;
  const change = await decideChange({
    project: { root: tmpdir() },
    schema: { files: [{ path: "schema.prisma", content }] },
    sqlFor: async () => `ALTER TABLE "User" ADD COLUMN "role" ${type};`,
  } as unknown as Parameters<typeof decideChange>[0]);
  expect(change.kind).toBe("pass");
  const told = change.message;
  if (message === undefined) expect(told).toBeUndefined();
  else expect(told).toMatch(message);
});
