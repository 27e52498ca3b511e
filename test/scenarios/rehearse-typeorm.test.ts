import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rehearsalSchema } from "../../core/src/rehearsal/results/rehearsal.js";
import { createNest, type NestProject } from "../support/nest-project.js";

// A plan of TypeORM's is rehearsed on a server that is named: its migrations are classes, which nobody runs.

let nest: NestProject;
beforeAll(async () => {
  nest = await createNest("0.3.31");
});
afterAll(() => nest?.dispose());

test("the plan goes through with its classes read, on a server that is named", async () => {
  const done = async (run: Promise<{ code: number; output: string }>) => {
    const { code, output } = await run;
    expect(code, output).toBe(0);
    return output;
  };
  await done(nest.typeorm(["migration:run"]));
  await done(nest.lockstep(["init", "--yes", "--no-install"]));
  const entity = "src/users/user.entity.ts";
  const member = `/** @lockstep.backfill(lower(email)) */\n  @Column({ type: "varchar", unique: true })\n  handle!: string;`;
  nest.write(entity, nest.read(entity).replace(/}\s*$/, `\n  ${member}\n}\n`));
  await done(nest.typeorm(["migration:generate", "src/migrations/AddHandle"]));
  const output = await done(
    nest.lockstep(["rehearse", "--rows", "5000", "--stage-url", process.env.LOCKSTEP_TEST_PG ?? ""]),
  );
  expect(output).toContain("every lock was as the plan states");
  const plan = readdirSync(join(nest.root, "lockstep")).find((name) => /handle/i.test(name)) ?? "";
  const { runs, findings, stage } = rehearsalSchema.parse(JSON.parse(nest.read(`lockstep/${plan}/rehearsal.json`)));
  expect(findings).toEqual([]);
  expect(stage).toMatchObject({ kind: "url", rows: "made-up" });
  expect(runs[1]?.steps.find(({ kind }) => kind === "backfill")?.rows).toBeGreaterThanOrEqual(5000);
});
