import { expect, test } from "vitest";
import type { Place } from "../../../core/src/model/index.js";
import type { OrmPlugin } from "../../../core/src/plugin/plugin.js";
import { planReadme } from "../../../core/src/review/markdown.js";
import { changesOf, commandFor, stayWords } from "../../../core/src/review/messages.js";
import { nextStep } from "../../../core/src/review/next-step.js";
import { safetyWords } from "../../../core/src/review/phase-safety.js";
import { handleSql, planOf } from "../../support/plan-fixture.js";

// What the user is told of the parts of a change that an undo leaves.
const type = `-- CreateEnum\nCREATE TYPE "Role" AS ENUM ('a');\n\n`;
const team = `-- CreateTable\nCREATE TABLE "Team" (\n    "id" TEXT NOT NULL,\n\n    CONSTRAINT "Team_pkey" PRIMARY KEY ("id")\n);\n\n`;
const beside = `-- AlterTable\nALTER TABLE "User" ADD COLUMN     "nickname" TEXT;\n\n`;

test.each([
  ["nothing else", handleSql, ""],
  ["a type, which goes with its columns", type + handleSql, ""],
  ["a table", team + handleSql, ` "Team", created by the same change, and its rows stay.`],
  [
    "a check of the column, which goes with it",
    `${handleSql}ALTER TABLE "User" ADD CONSTRAINT "c" CHECK (length("handle") > 0);\n`,
    "",
  ],
  [
    "a check of another column",
    `${handleSql}ALTER TABLE "User" ADD CONSTRAINT "handle_c" CHECK (length("email") > 0);\n`,
    " The other changes of the same migration stay.",
  ],
  ["a column that was safe", beside + handleSql, " The other changes of the same migration stay."],
])("%s", async (_name, sql, words) => {
  const plan = await planOf({ sql });
  expect(stayWords(plan)).toBe(words);
  // Where the migrations are removed the model keeps it all the same, and needs a migration of its own.
  const removed = { ...plan, state: { ...plan.state, released: "undone" as const, written: [] } };
  const next = nextStep(removed, { develop: "orm generate" } as OrmPlugin["words"], []);
  expect(next).toContain(words === "" ? "there is nothing to deploy" : "orm generate");
});

test("a plan with one phase is described without the later ones, by what it changes", async () => {
  const plan = await planOf({ sql: `CREATE INDEX "User_name_idx" ON "User"("name");\n` });
  expect(changesOf(plan)).toEqual([`"User"`]);
  expect(changesOf(await planOf())).toEqual([`"User"."handle"`]);
  expect(safetyWords(plan, "1 phase")).toBe("1 phase, safe with the app version before and after it");
  const readme = planReadme(plan, { deploy: "deploy", generate: undefined });
  expect(readme).toMatch(/The migration that the ORM generated was rewritten .* it is done once this is deployed/);
  expect(readme).not.toMatch(/lockstep (?:next|abandon)|contract|last phase/);
  const written = { ...plan, source: { ...plan.source, file: "migrations/a.sql" } };
  expect(planReadme(written, { deploy: "deploy", generate: undefined })).toContain("\nYour migration was rewritten ");
});

test("a command names its plan where it would ask for one or take another", async () => {
  const older = await planOf({ id: "20261119093000_add_nick" });
  const plan = await planOf();
  const at = (of: typeof plan, released: "contract" | "undone") => ({ ...of, state: { ...of.state, released } });
  const named = `npx lockstep next ${plan.id}`;
  expect(commandFor("next", plan, [])).toBe("npx lockstep next");
  expect(commandFor("next", plan, [older, plan])).toBe(named);
  // Typed once more, it would go on to a plan that is finished.
  expect(commandFor("next", at(plan, "contract"), [at(older, "contract")])).toBe("npx lockstep next");
  expect(commandFor("abandon", at(plan, "contract"), [at(older, "contract")])).toBe(`npx lockstep abandon ${plan.id}`);
  expect(commandFor("abandon", at(plan, "contract"), [])).toBe("npx lockstep abandon");
  expect(commandFor("undo", plan, [at(older, "contract")])).toBe("npx lockstep undo");
  expect(commandFor("undo", at(plan, "contract"), [at(older, "undone")])).toBe("npx lockstep undo");
  expect(commandFor("undo", at(plan, "contract"), [at(older, "contract")])).toBe(`npx lockstep undo ${plan.id}`);
  expect(commandFor("undo", at(older, "contract"), [at(plan, "undone")])).toBe(`npx lockstep undo ${older.id}`);
  expect(commandFor("next", plan, [at(older, "contract")])).toBe("npx lockstep next");
  expect(commandFor("next", at(plan, "contract"), [older, plan])).toBe(named);
  expect(commandFor("next", at(older, "contract"), [at(plan, "undone")])).toBe("npx lockstep next");
  expect(commandFor("next", at(older, "contract"), [at(plan, "contract")])).toBe(`npx lockstep next ${older.id}`);
});

test.each([
  ["nothing to edit", [], 0, ["Review and commit."]],
  ["one place", ["a.ts"], 0, ["Edit the place above.", "Review and commit."]],
  [
    "two places, and one in a test, which no gate checks",
    ["a.ts", "b.ts", "a.test.ts"],
    0,
    ["Edit the 2 places above."],
  ],
  ["lines that an undo found", [], 3, ["Check the 3 lines above: remove each use.", "Review and commit."]],
])("a phase whose code still needs a person's edits: %s", async (_name, files, named, first) => {
  const plan = await planOf();
  const places = files.map((file) => ({ file, line: 1, what: file, reason: "", kind: "required" }) as Place);
  const steps = nextStep(plan, { develop: "orm generate" } as OrmPlugin["words"], [plan], { places, named }).split(
    "\n",
  );
  expect(steps.slice(0, first.length)).toEqual(first);
  expect(steps.filter((step) => step === "Review and commit.")).toHaveLength(1);
});
