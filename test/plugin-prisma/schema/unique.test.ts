import { describe, expect, it } from "vitest";
import { removeEnum } from "../../../plugin-prisma/src/schema/edit-schema.js";
import type { SchemaFile } from "../../../plugin-prisma/src/schema/model.js";
import { readSchema } from "../../../plugin-prisma/src/schema/read.js";
import { dropUnique, formerUniques, keepUnique } from "../../../plugin-prisma/src/schema/unique.js";
import { verifyEdits } from "../../../plugin-prisma/src/schema/verify.js";

const path = "schema.prisma";
const files = (content: string): SchemaFile[] => [{ path, content }];
const text = (result: readonly SchemaFile[]): string => result[0]!.content;
const head = 'datasource db {\n  provider = "postgresql"\n}\n\n';

const forms = [
  {
    name: "on its field, laid out",
    fields: ["userId"],
    attribute: "@unique",
    without: "model A {\n  id      Int    @id\n  userId  Int\n  channel String\n\n  @@unique([userId, channel])\n}\n",
    kept: "model A {\n  id      Int    @id\n  userId  Int    @unique\n  channel String\n\n  @@unique([userId, channel])\n}\n",
  },
  {
    name: "on its field, behind other attributes and before a comment",
    fields: ["userId"],
    attribute: `@unique(map: "old key")`,
    without: `model A {\n  id Int @id\n  userId String @db.VarChar(9) // whose\n  channel   String\n @@unique([userId, channel])\n}\n`,
    kept: `model A {\n  id Int @id\n  userId String @db.VarChar(9) @unique(map: "old key") // whose\n  channel   String\n @@unique([userId, channel])\n}\n`,
  },
  {
    name: "on a line of its own, above the one that takes its place",
    fields: ["userId", "kind"],
    attribute: `@@unique([userId, kind], name: "seat")`,
    without: `model A {\r\n\tid Int @id\r\n\tuserId Int\r\n\tkind Int\r\n\tchannel String\r\n\t@@index([kind])\r\n\t@@unique([userId, kind, channel])\r\n\t@@map("a")\r\n}\r\n`,
    kept: `model A {\r\n\tid Int @id\r\n\tuserId Int\r\n\tkind Int\r\n\tchannel String\r\n\t@@index([kind])\r\n\t@@unique([userId, kind], name: "seat")\r\n\t@@unique([userId, kind, channel])\r\n\t@@map("a")\r\n}\r\n`,
  },
];

describe("a unique constraint that stays until contract", () => {
  it.each(forms)("$name", async ({ fields, attribute, without, kept }) => {
    const replacedBy = [...fields, "channel"];
    const unique = { model: "A", fields, attribute, replacedBy };
    const start = without.includes("\r") ? head.replaceAll("\n", "\r\n") : head;
    const before = files(start + without);
    const after = keepUnique(before, unique);
    expect(text(after)).toBe(start + kept);
    expect(keepUnique(after, unique)).toEqual(after);
    expect(text(dropUnique(after, unique))).toBe(start + without);
    expect(dropUnique(before, unique)).toEqual(before);
    await verifyEdits(before, after, [{ kind: "keepUnique", unique }]);
    await verifyEdits(after, before, [{ kind: "dropUnique", unique }]);
    await expect(verifyEdits(before, before, [{ kind: "keepUnique", unique }])).rejects.toThrow(/is not unique on/);
    await expect(verifyEdits(before, after, [])).rejects.toThrow(/would change something else/);
    const more = files(text(after).replace("channel ", "channelName "));
    await expect(verifyEdits(before, more, [{ kind: "keepUnique", unique }])).rejects.toThrow(
      /LS2011|would change|rejects/,
    );
  });

  it.each([
    { name: "one column", index: "A_userId_key", columns: ["userId"], attribute: "@unique", selector: "userId" },
    {
      name: "one column, its own name",
      index: "k",
      columns: ["userId"],
      attribute: `@unique(map: "k")`,
      selector: "userId",
    },
    {
      name: "mapped columns",
      index: "A_userId_kind_of_key",
      columns: ["userId", "kind_of"],
      attribute: "@@unique([userId, kind])",
      selector: "userId_kind",
    },
    {
      name: "several, their own name",
      index: "k",
      columns: ["userId", "kind_of"],
      attribute: `@@unique([userId, kind], map: "k")`,
      selector: "userId_kind",
    },
  ])("without a commit it is declared as Prisma would: $name", ({ index, columns, attribute, selector }) => {
    const schema = readSchema(files(`${head}model A {\n  id Int @id\n  userId Int\n  kind Int @map("kind_of")\n}\n`));
    const former = formerUniques(schema, { root: "/nowhere", schemaFiles: [path] });
    const unique = { name: index, isUnique: true, columns, method: "btree" };
    expect(former({ name: "A" }, unique)).toMatchObject({ model: "A", attribute, selector });
  });
});

describe("removeEnum", () => {
  const model = "model A {\n  id Int @id\n}\n";
  const level = '/// How urgent.\nenum Level {\n  LOW\n  HIGH @map("high")\n}\n';
  it.each([
    { name: "at the end", before: `${head}${model}\n${level}`, after: head + model },
    { name: "between two blocks", before: `${head}${level}\n${model}`, after: head + model },
    { name: "alone in its file", before: level, after: "" },
    {
      name: "mapped",
      before: `${head}${model}\n${level.replace("}\n", '  @@map("levels")\n}\n')}`,
      after: head + model,
      type: "levels",
    },
    { name: "still used", before: `${head}${model.replace("}", "  l Level\n}")}\n${level}`, after: undefined },
  ])("$name", ({ before, after, type = "Level" }) => {
    expect(text(removeEnum(files(before), { name: type }))).toBe(after ?? before);
  });
});
