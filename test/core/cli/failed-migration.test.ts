import { expect, test } from "vitest";
import { failedText } from "../../../core/src/cli/status-next.js";
import { inFiles, type Plan } from "../../../core/src/model/index.js";
import { prismaPlugin } from "../../../plugin-prisma/src/plugin.js";
import { planOf } from "../../support/plan-fixture.js";

// What `status` says to type when a target has a failed migration of a plan.
const replaced = () =>
  planOf({
    sql: `DROP INDEX "User_email_key"; ALTER TABLE "User" ADD COLUMN "team" TEXT NOT NULL; CREATE UNIQUE INDEX "User_email_team_key" ON "User"("email", "team");`,
    indexes: [
      {
        name: "User_email_key",
        table: { schema: "public", name: "User" },
        isUnique: true,
        isPrimary: false,
        columns: ["email"],
        method: "btree",
      },
    ],
  });

/** The plan with the migrations of contract in the repository, and of its undo. */
function released(plan: Plan, isTakenBack: boolean): Plan {
  const units = plan.units.filter((unit) => unit.phase === "contract");
  const written = inFiles([...units, ...(isTakenBack ? plan.undo.contract : [])]).map(([{ id }]) => ({
    id,
    file: `prisma/migrations/${id}/migration.sql`,
    sha256: "",
  }));
  return { ...plan, state: { ...plan.state, released: isTakenBack ? "switch" : "contract", written } };
}

async function next(kind: string, isTakenBack: boolean): Promise<string> {
  const plan = released(await replaced(), isTakenBack);
  const failed = plan.units.filter((unit) => unit.phase === "contract" && unit.spec.kind === kind).map(({ id }) => id);
  expect(failed).toHaveLength(1);
  return failedText(plan, { target: "production", failed }, prismaPlugin);
}

test("a contract that failed runs again when its cause is gone", async () => {
  expect(await next("prove", false)).toMatch(
    /^Remove the cause\.\n.*--rolled-back contract-1-prove.*# with the URL of production$/,
  );
});

test("one that was taken back since need not run: it and what follows are skipped", async () => {
  const text = await next("prove", true);
  expect(text).toMatch(
    /--applied contract-1-prove && .*--applied contract-2-enforce && .*migrate deploy {3}# with the URL of production: the migration was reverted since$/,
  );
});

test("an interrupted drop leaves an invalid index, which the undo must not find", async () => {
  expect(await next("drop-index", true)).toMatch(/npx lockstep deploy --target production {3}# removes/);
});
