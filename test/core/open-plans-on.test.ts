import { expect, test } from "vitest";
import { openPlansOn } from "../../core/src/operate/doctor/planned-tables.js";
import { planOf } from "../support/plan-fixture.js";

// A contract that is released and has not arrived: what it takes away on a target is still needed there.
test.each([
  ["Prisma", "prisma/migrations/20261120093000_enforce/migration.sql", "20261120093000_enforce"],
  ["TypeORM", "src/migrations/1763648123456-Enforce.ts", "1763648123456-Enforce"],
])("%s: a plan is open on a target until its last migration has arrived", async (_, file, name) => {
  const plan = await planOf();
  const written = [{ id: "contract-1-enforce", file, hash: "" }] as unknown as typeof plan.state.written;
  const released = { ...plan, state: { ...plan.state, released: "contract" as const, written } };
  expect(openPlansOn([released], [], [name])).toEqual([released]);
  expect(openPlansOn([released], [name], [name])).toEqual([]);
});
