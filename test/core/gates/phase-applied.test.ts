import { describe, expect, it } from "vitest";
import type { Connection } from "../../../core/src/dialect/connection.js";
import type { AppliedUnits } from "../../../core/src/gates/gate.js";
import phaseApplied from "../../../core/src/gates/phase-applied.js";

const step = { gate: "phase-applied", table: { name: "User" }, column: "handle" } as const;
const ask = (units: Partial<AppliedUnits>) =>
  phaseApplied.ask(step, {
    plan: "20261120093000_user_handle",
    target: "production",
    connection: undefined as unknown as Connection, // it asks nothing of the database
    columns: [],
    units: { applied: [], failed: [], pending: [], ...units },
    deploy: "npx prisma migrate deploy",
    recover: (name) => `npx prisma migrate resolve --rolled-back ${name}`,
  });

describe("phase-applied", () => {
  it("is open when everything released has run", async () => {
    expect(await ask({ applied: ["1_expand", "2_index"] })).toEqual({
      gate: "phase-applied",
      isOpen: true,
      statement: "All 2 released migrations are applied on production",
    });
  });

  it("is closed while something is pending", async () => {
    expect(await ask({ applied: ["1_expand"], pending: ["2_index"] })).toEqual({
      gate: "phase-applied",
      isOpen: false,
      statement: "2_index is not applied on production yet",
      help: "npx prisma migrate deploy   # on production first",
    });
  });

  it("is closed when something failed, and says that first", async () => {
    const answer = await ask({ applied: ["1_expand"], failed: ["2_index"], pending: ["3_assert"] });
    expect(answer).toMatchObject({ isOpen: false, statement: "2_index failed on production" });
    expect(answer.help).toContain("npx prisma migrate resolve --rolled-back 2_index");
  });

  it("is closed when nothing of the plan is known there", async () => {
    expect(await ask({})).toMatchObject({
      isOpen: false,
      statement: "No migration of this plan is applied on production",
    });
  });
});
