import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeOptional, makeRequired } from "../../../plugin-prisma/src/schema/edit.js";
import type { SchemaFile } from "../../../plugin-prisma/src/schema/model.js";
import { removeField, restoreField } from "../../../plugin-prisma/src/schema/remove.js";
import { verifyEdits } from "../../../plugin-prisma/src/schema/verify.js";
import { schemaArbitrary } from "./arbitrary-schema.js";

const files = (content: string): SchemaFile[] => [{ path: "prisma/schema.prisma", content }];
const shop = readFileSync(new URL("../../../examples/prisma-shop/prisma/schema.prisma", import.meta.url), "utf8");
const name = { kind: "makeOptional", model: "User", field: "name" } as const;

describe("verifyEdits", () => {
  it("accepts every edit of ours, whatever the schema", async () => {
    await fc.assert(
      fc.asyncProperty(schemaArbitrary, async ({ content, targets }) => {
        const before = files(content);
        for (const { model, field } of targets.slice(0, 2)) {
          const optional = makeOptional(before, model, field);
          await verifyEdits(before, optional, [{ kind: "makeOptional", model, field }]);
          await verifyEdits(optional, makeRequired(optional, model, field), [{ kind: "makeRequired", model, field }]);
          const removed = removeField(before, model, field);
          await verifyEdits(before, removed, [{ kind: "removeField", model, field }]);
          // Seen from the other side, restoring is removing.
          await verifyEdits(restoreField(removed, model, field, content), removed, [
            { kind: "removeField", model, field },
          ]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("accepts a foreign key, its relation and several edits at once", async () => {
    const before = files(shop);
    const after = makeOptional(makeOptional(before, "Order", "userId"), "Product", "sku");
    const edits = [
      { kind: "makeOptional", model: "Order", field: "userId" },
      { kind: "makeOptional", model: "Product", field: "sku" },
    ] as const;
    await verifyEdits(before, after, edits);
    await verifyEdits(before, removeField(before, "Order", "userId"), [
      { kind: "removeField", model: "Order", field: "userId" },
    ]);
    await verifyEdits(before, removeField(before, "OrderItem", "productId"), [
      { kind: "removeField", model: "OrderItem", field: "productId" },
    ]);
  });

  it("accepts that the other columns of a foreign key are plain again when one of them goes", async () => {
    const site = "model Site {\n  tenant Int\n  code Int\n  sensors Sensor[]\n\n  @@id([tenant, code])\n}\n";
    const relation = "  site Site @relation(fields: [tenant, siteCode], references: [tenant, code])\n";
    const sensor = `model Sensor {\n  id Int @id\n  tenant Int\n  siteCode Int\n${relation}}\n`;
    const before = files(`datasource db {\n  provider = "postgresql"\n}\n${site}${sensor}`);
    const after = removeField(before, "Sensor", "siteCode");
    await verifyEdits(before, after, [{ kind: "removeField", model: "Sensor", field: "siteCode" }]);
  });

  it.each([
    [
      "another field",
      shop.replace("title       String", "title       String?"),
      /Product\.fields\.title\.isRequired was true and would be false/,
    ],
    [
      "another attribute",
      shop.replace("email     String   @unique", "email     String"),
      /User\.fields\.email\.isUnique/,
    ],
    [
      "a comment that documents",
      shop.replace("/// Where receipts go", "/// Where bills go"),
      /User\.fields\.email\.documentation/,
    ],
    ["nothing at all", shop, /User\.name is not optional after the edit/],
  ])("refuses a change of %s", async (_, content, message) => {
    const error = await verifyEdits(files(shop), files(content), [name]).catch((caught) => caught);
    expect(error).toMatchObject({ code: "LS2011", message: expect.stringMatching(message) });
  });

  it("passes on what Prisma says", async () => {
    const broken = files(shop.replace("userId     Int\n", "userId     Int?\n"));
    await expect(verifyEdits(files(shop), broken, [name])).rejects.toMatchObject({
      code: "LS2011",
      message: expect.stringMatching(
        /^Prisma rejects the edited schema:\n(?:(?!\[\d+m)[\s\S])*The relation field `user` uses the scalar fields userId[\s\S]*prisma\/schema\.prisma:\d+/,
      ),
    });
  });
});
