import { expect, test } from "vitest";
import { needNotRun } from "../../../core/src/operate/deploy/taken-back.js";
import type { TargetState } from "../../../core/src/plugin/target-state.js";

const unit = (kind: string, over: object = {}) => ({
  plan: { id: "p" },
  unit: { spec: { kind } },
  migration: kind,
  phase: "expand",
  kind: "phase",
  isPast: true,
  ...over,
});

test.each([
  { name: "a copy that was taken back", units: [unit("online-copy")], skipped: ["online-copy"] },
  { name: "a copy that stands", units: [unit("online-copy", { isPast: false })], skipped: [] },
  { name: "what takes a copy back", units: [unit("online-copy", { kind: "undo", isPast: false })], skipped: [] },
  { name: "an expand, which its undo needs", units: [unit("expand")], skipped: [] },
  { name: "a contract that was taken back", units: [unit("enforce", { phase: "contract" })], skipped: ["enforce"] },
])("need not run: $name", ({ units, skipped }) => {
  expect(needNotRun({ units, failed: [] } as unknown as TargetState).map(({ migration }) => migration)).toEqual(
    skipped,
  );
});
