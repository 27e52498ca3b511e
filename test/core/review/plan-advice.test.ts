import { expect, test } from "vitest";
import { planReadme } from "../../../core/src/review/markdown.js";
import { planOf } from "../../support/plan-fixture.js";

const sql = `ALTER TABLE "User" ADD COLUMN "seen" TIMESTAMP(3) NOT NULL;\n-- seen: @lockstep.backfill("createdAt")`;
const words = { deploy: "npx prisma migrate deploy", generate: undefined };

test("the README of a plan has a line of advice for a new column, in the words of the ORM", async () => {
  const plan = await planOf({ sql });
  const line = `- Advice (timestamp-without-time-zone): "seen" has no time zone: sessions in other time zones read another moment — `;
  expect(planReadme(plan, words)).toContain(`${line}use timestamptz.`);
  const advice = { "timestamp-without-time-zone": "use timestamptz(3)" };
  expect(planReadme(plan, { ...words, advice })).toContain(`${line}use timestamptz(3).`);
  expect(planReadme(await planOf({ sql: sql.replace("TIMESTAMP", "TIMESTAMPTZ") }), words)).not.toContain("Advice");
});
