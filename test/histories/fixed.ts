import type { History } from "./history.js";

/** Histories that failed once, without the steps that they do not need. By what went wrong. */
export const fixed: Readonly<Record<string, History>> = {
  "a merged drop takes the source of an open fill": {
    end: "done",
    steps: [
      { on: "a", do: "add", column: "slug", form: 0 },
      { on: "a", do: "deploy", isConfirmed: false },
      { on: "b", do: "drop", column: "note" },
      { on: "main", do: "merge", from: "a", keep: "both" },
      { on: "main", do: "merge", from: "b", keep: "both" },
      { on: "main", do: "deploy", isConfirmed: true },
      { on: "main", do: "next", plan: "no_note_b" },
      { on: "main", do: "deploy", isConfirmed: true },
    ],
  },
  "a merged drop by hand takes the source of an open fill": {
    end: "done",
    steps: [
      { on: "a", do: "add", column: "slug", form: 0 },
      { on: "b", do: "own-drop", column: "note" },
      { on: "main", do: "merge", from: "a", keep: "both" },
      { on: "main", do: "merge", from: "b", keep: "both" },
      { on: "main", do: "deploy", isConfirmed: true },
    ],
  },
  "a merged drop takes the unique index of an open plan": {
    end: "done",
    steps: [
      { on: "a", do: "add", column: "label", form: 1 },
      { on: "a", do: "deploy", isConfirmed: false },
      { on: "b", do: "drop", column: "team" },
      { on: "main", do: "merge", from: "b", keep: "both" },
      { on: "main", do: "merge", from: "a", keep: "both" },
      { on: "main", do: "next", plan: "no_team_b" },
      { on: "main", do: "deploy", isConfirmed: true },
    ],
  },
  "a fill reads what another plan of the branch drops": {
    end: "undone",
    steps: [
      { on: "a", do: "drop", column: "name" },
      { on: "a", do: "add", column: "label", form: 0 },
    ],
  },
  "a merge keeps a field whose plan is undone": {
    end: "done",
    steps: [
      { on: "a", do: "add", column: "handle", form: 0 },
      { on: "a", do: "deploy", isConfirmed: false },
      { on: "a", do: "backfill", plan: "handle_a" },
      { on: "b", do: "merge", from: "a", keep: "both" },
      { on: "a", do: "abandon", plan: "handle_a" },
      { on: "b", do: "plain", column: "nick" },
      { on: "a", do: "merge", from: "b", keep: "theirs" },
      { on: "a", do: "deploy", isConfirmed: true },
    ],
  },
  "the same, after the undo has run": {
    end: "done",
    steps: [
      { on: "a", do: "add", column: "handle", form: 0 },
      { on: "a", do: "deploy", isConfirmed: false },
      { on: "b", do: "merge", from: "a", keep: "both" },
      { on: "a", do: "abandon", plan: "handle_a" },
      { on: "a", do: "deploy", isConfirmed: true },
      { on: "b", do: "plain", column: "nick" },
      { on: "a", do: "merge", from: "b", keep: "theirs" },
    ],
  },
  "a backfill fills the column of another plan": {
    end: "done",
    steps: [
      { on: "a", do: "add", column: "handle", form: 0 },
      { on: "a", do: "deploy", isConfirmed: false },
      { on: "b", do: "add", column: "handle", form: 1 },
      { on: "b", do: "backfill", plan: "handle_b" },
    ],
  },
  "a deployment replaces the trigger of another plan": {
    end: "undone",
    steps: [
      { on: "a", do: "add", column: "handle", form: 0 },
      { on: "a", do: "deploy", isConfirmed: false },
      { on: "b", do: "add", column: "handle", form: 1 },
      { on: "b", do: "deploy", isConfirmed: true },
    ],
  },
  "a plan takes over a column that nobody planned": {
    end: "done",
    steps: [
      { on: "a", do: "plain", column: "handle" },
      { on: "a", do: "deploy", isConfirmed: false },
      { do: "write" },
      { on: "b", do: "add", column: "handle", form: 0 },
      { on: "b", do: "deploy", isConfirmed: true },
    ],
  },
  "an undo that failed on production is not done": {
    end: "undone",
    steps: [
      { on: "main", do: "add", column: "handle", form: 1 },
      { on: "main", do: "deploy", isConfirmed: true },
      { on: "b", do: "merge", from: "main", keep: "both" },
      { on: "b", do: "backfill", plan: "handle_main" },
      { on: "b", do: "next", plan: "handle_main" },
      { on: "b", do: "next", plan: "handle_main" },
      { on: "b", do: "deploy", isConfirmed: true },
      { on: "main", do: "undo", plan: "handle_main" },
      { on: "main", do: "deploy-by-orm" },
      { on: "main", do: "merge", from: "b", keep: "ours" },
    ],
  },
};
