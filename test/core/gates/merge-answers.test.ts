import { expect, test } from "vitest";
import type { GateAnswer } from "../../../core/src/gates/gate.js";
import { mergeAnswers } from "../../../core/src/gates/merge-answers.js";

const full = (subject: string): GateAnswer => ({
  gate: "no-missing-values",
  isOpen: true,
  subject,
  statement: `No row of ${subject} on production lacks a value`,
});

test("what is true of several columns is said once, with all of their names", () => {
  const applied = { gate: "phase-applied", isOpen: true, statement: "All 3 released migrations are applied" };
  const missing: GateAnswer = {
    gate: "no-missing-values",
    isOpen: false,
    subject: '"User"."c"',
    statement: '3 rows of "User"."c" on production lack a value, for example id=1',
    help: "Run: npx lockstep backfill run",
  };
  expect(mergeAnswers([applied, full('"User"."a"'), missing, applied, full('"User"."b"')])).toEqual([
    applied,
    { ...full('"User"."a"'), subject: '"User"."a", "User"."b"', statement: full('"User"."a", "User"."b"').statement },
    missing,
  ]);
});

test("the same column twice, and columns of which something else is true, are not mixed up", () => {
  const closed: GateAnswer = { ...full('"User"."b"'), isOpen: false };
  expect(mergeAnswers([full('"User"."a"'), full('"User"."a"'), closed])).toEqual([full('"User"."a"'), closed]);
});
