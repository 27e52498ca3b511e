import { readFileSync } from "node:fs";
import internals from "@prisma/internals";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeOptional, makeRequired } from "../../../plugin-prisma/src/schema/edit.js";
import type { SchemaFile } from "../../../plugin-prisma/src/schema/model.js";
import { readSchema } from "../../../plugin-prisma/src/schema/read.js";
import { removeField, restoreField } from "../../../plugin-prisma/src/schema/remove.js";
import { schemaArbitrary } from "./arbitrary-schema.js";

const path = "schema.prisma";
const files = (content: string): SchemaFile[] => [{ path, content }];
const text = (result: readonly SchemaFile[]): string => result[0]!.content;
const head = 'datasource db {\n  provider = "postgresql"\n}\n\n';
const format = async (content: string): Promise<string> =>
  (await internals.formatSchema({ schemas: [[path, content]] }))[0]![1];
const shop = readFileSync(new URL("../../../examples/prisma-shop/prisma/schema.prisma", import.meta.url), "utf8");

describe("makeOptional", () => {
  it.each([
    {
      name: "formatted: the padding shrinks",
      before: "model A {\n  id    Int      @id\n  email String   @unique\n  at    DateTime @default(now())\n}\n",
      after: "model A {\n  id    Int      @id\n  email String?  @unique\n  at    DateTime @default(now())\n}\n",
      field: "email",
    },
    {
      name: "formatted: the widest type grows, and the column with it",
      before:
        "model A {\n  id    Int    @id\n  email String @unique // it\n  // why\n  x     String\n\n  y Int @unique\n}\n",
      after:
        "model A {\n  id    Int     @id\n  email String? @unique // it\n  // why\n  x     String\n\n  y Int @unique\n}\n",
      field: "email",
    },
    {
      name: "not formatted: only the mark",
      before: "model A {\r\n\tid Int @id\r\n\temail   String     @unique\r\n}\r\n",
      after: "model A {\r\n\tid Int @id\r\n\temail   String?     @unique\r\n}\r\n",
      field: "email",
    },
    {
      name: "a list stays a list",
      before: "model A {\n  id Int @id\n  tags String[]\n}\n",
      after: "model A {\n  id Int @id\n  tags String[]\n}\n",
      field: "tags",
    },
    {
      name: "Unsupported",
      before: 'model A {\n  id Int                  @id\n  p  Unsupported("point")\n}\n',
      after: 'model A {\n  id Int                   @id\n  p  Unsupported("point")?\n}\n',
      field: "p",
    },
  ])("$name", ({ before, after, field }) => {
    expect(text(makeOptional(files(head + before), "A", field))).toBe(head + after);
    expect(text(makeRequired(files(head + after), "A", field))).toBe(head + before);
  });

  it("takes the relation over a foreign key along, and keeps what happens on delete", () => {
    const before = `${head}model Team {
  id    Int    @id
  users User[]
}

model User {
  id     Int  @id
  teamId Int
  team   Team @relation(fields: [teamId], references: [id])
}
`;
    const after = before
      .replace("id     Int  @id", "id     Int   @id")
      .replace("teamId Int", "teamId Int?")
      .replace(
        "Team @relation(fields: [teamId], references: [id])",
        "Team? @relation(fields: [teamId], references: [id], onDelete: Restrict)",
      );
    const optional = makeOptional(files(before), "User", "teamId");
    expect(text(optional)).toBe(after);
    internals.validate({ schemas: [[path, after]] });
    const original = before.slice(before.indexOf("model User"));
    expect(text(makeRequired(optional, "User", "teamId", original))).toBe(before);
    // Without the former text the explicit default is kept: it means the same.
    expect(text(makeRequired(optional, "User", "teamId"))).toBe(before.replace("[id])", "[id], onDelete: Restrict)"));
    const chosen = before.replace("[id])", "[id], onDelete: Restrict)");
    expect(text(makeRequired(makeOptional(files(chosen), "User", "teamId"), "User", "teamId", chosen))).toBe(chosen);
  });

  it("names what is missing", () => {
    expect(() => makeOptional(files(shop), "Usr", "email")).toThrow(/No model Usr in schema.prisma/);
    expect(() => makeOptional(files(shop), "User", "emial")).toThrow(
      /No field emial in model User \(schema.prisma:11\)/,
    );
  });

  it("edits the file that has the model, and no other", () => {
    const two = [
      { path: "a.prisma", content: head },
      { path: "b.prisma", content: shop },
    ];
    const edited = makeOptional(two, "User", "name");
    expect(edited[0]).toBe(two[0]);
    expect(edited[1]!.content).toBe(shop.replace("name      String\n", "name      String?\n"));
  });
});

/** The parts of DMMF that an edit of one field must leave alone. */
async function dmmfWithout(content: string, model: string, field: string): Promise<unknown> {
  const { datamodel } = await internals.getDMMF({ datamodel: content });
  const models = datamodel.models.map((item) => ({
    ...item,
    fields: item.fields.map((candidate) =>
      item.name === model && candidate.name === field ? { ...candidate, isRequired: undefined } : candidate,
    ),
  }));
  return { ...datamodel, models };
}

describe("properties", () => {
  const withTarget = schemaArbitrary.chain((schema) =>
    fc.record({
      content: fc.constant(schema.content),
      target: fc.constantFrom(...(schema.targets.length === 0 ? [undefined] : schema.targets)),
    }),
  );

  it("only the field named becomes optional, for Prisma too", async () => {
    await fc.assert(
      fc.asyncProperty(withTarget, async ({ content, target }) => {
        if (target === undefined) return;
        const edited = text(makeOptional(files(content), target.model, target.field));
        // Unsupported types are not in DMMF; Prisma's validation and our reader still see them.
        expect(await dmmfWithout(edited, target.model, target.field)).toEqual(
          await dmmfWithout(content, target.model, target.field),
        );
        const field = readSchema(files(edited))
          .models.find((model) => model.name === target.model)!
          .fields.find((item) => item.name === target.field);
        expect(field!.isOptional).toBe(true);
        expect(edited.replace(/[ ?]/g, "")).toBe(content.replace(/[ ?]/g, ""));
      }),
      { numRuns: 100 },
    );
  });

  it("in a formatted file the edit gives what `prisma format` gives, and back again the same bytes", async () => {
    await fc.assert(
      fc.asyncProperty(withTarget, async ({ content, target }) => {
        if (target === undefined) return;
        const formatted = await format(content);
        const edited = text(makeOptional(files(formatted), target.model, target.field));
        expect(await format(edited)).toBe(edited);
        expect(text(makeRequired(files(edited), target.model, target.field))).toBe(formatted);
      }),
      { numRuns: 100 },
    );
  });

  it("back again the same bytes in any spacing, but where the mark alone had put a crooked table straight", async () => {
    await fc.assert(
      fc.asyncProperty(withTarget, async ({ content, target }) => {
        if (target === undefined) return;
        const edited = makeOptional(files(content), target.model, target.field);
        const back = text(makeRequired(edited, target.model, target.field));
        if (back !== content) {
          expect(back.replace(/ +/g, " ")).toBe(content.replace(/ +/g, " "));
          // Only spaces before attributes of one table differ.
          expect(back.split(/\r?\n/).length).toBe(content.split(/\r?\n/).length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("a field added last is removed without a trace, and restored", async () => {
    await fc.assert(
      fc.asyncProperty(schemaArbitrary, fc.boolean(), fc.boolean(), async ({ content }, hasDoc, hasIndex) => {
        const formatted = await format(content);
        const added = formatted.replace(/\n((?:\n {2}@@[^\n]*)*\n\})/, (_, tail: string) => {
          const block = tail.startsWith("\n  @@") ? tail.replace(/\n\}$/, "") : "";
          const index = hasIndex ? `${block === "" ? "\n" : ""}\n  @@index([handle])` : "";
          return `\n${hasDoc ? "  /// @lockstep.backfill(lower(email))\n" : ""}  handle String @unique /// x${block === "" ? "" : "\n"}${block}${index}\n}`;
        });
        const before = await format(added);
        if (before === formatted || !/ handle /.test(before)) return;
        const model = readSchema(files(before)).models.find((item) =>
          item.fields.some((field) => field.name === "handle"),
        )!;
        const removed = removeField(files(before), model.name, "handle");
        expect(await format(text(removed))).toBe(text(removed));
        const original = before.slice(model.span.start, model.span.end);
        expect(await format(text(restoreField(removed, model.name, "handle", original)))).toBe(before);
      }),
      { numRuns: 100 },
    );
  });
});

describe("removeField", () => {
  it("gives the shop its former bytes back", async () => {
    const added = await format(
      shop
        .replace(
          "  name      String\n",
          "  name      String\n  /// @lockstep.backfill(lower(email))\n  /// Shown in the URL.\n  publicHandle String @unique\n",
        )
        .replace("orders    Order[]\n", "orders    Order[]\n\n  @@index([publicHandle, email])\n"),
    );
    expect(added).toContain("@@index([publicHandle, email])");
    expect(text(removeField(files(added), "User", "publicHandle"))).toBe(shop);
  });

  it("takes both sides of the relation over a foreign key", async () => {
    const added = await format(
      shop
        .replace(
          "  items      OrderItem[]\n",
          '  items      OrderItem[]\n  packerId Int\n  packer User @relation("packs", fields: [packerId], references: [id])\n',
        )
        .replace("  @@index([userId])\n", "  @@index([userId])\n  @@index([packerId])\n")
        .replace("  orders    Order[]\n", '  orders    Order[]\n  packs Order[] @relation("packs")\n'),
    );
    internals.validate({ schemas: [[path, added]] });
    expect(text(removeField(files(added), "Order", "packerId"))).toBe(shop);
  });

  it("keeps CRLF and a comment block that is not documentation", () => {
    const before =
      `${head}model A {\n  id Int @id\n\n  // plain\n  /// doc\n  x String\n\n  @@index([x])\n}\n`.replaceAll(
        "\n",
        "\r\n",
      );
    const after = `${head}model A {\n  id Int @id\n\n  // plain\n}\n`.replaceAll("\n", "\r\n");
    expect(text(removeField(files(before), "A", "x"))).toBe(after);
  });
});
