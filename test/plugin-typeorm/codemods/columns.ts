import { choosing } from "../../support/choices.js";
import { ownFlags } from "../../support/toggles.js";
import { type Column, field } from "./phases.js";

/** Cases that are not about `handle`, filled by `lower(email)`. */
export const columns: Readonly<Record<string, Column>> = {
  "value-typescript": { value: { kind: "typescript", text: "slugOf(email)" } },
  "value-default": { value: { kind: "none" } },
  "value-untranslatable": { value: { kind: "sql", sql: "split_part(email, '@', 1)" } },
  "value-listed": { value: { kind: "listed" } },
  "value-constant": { added: field("region", { isOptional: true }), value: { kind: "sql", sql: "'eu'::text" } },
  "value-number": { added: field("points", { type: "int", isOptional: true }), value: { kind: "sql", sql: "0" } },
  "mapper-nullable": { value: { kind: "sql", sql: "split_part(email, '@', 1)" } },
  "request-constant": { added: field("region", { isOptional: true }), value: { kind: "sql", sql: "'eu'" } },
  "request-exposed": {
    added: field("region", { isOptional: true }),
    value: { kind: "sql", sql: "'eu'" },
    exposure: "exposed",
  },
  "mapper-assigned-part": {
    choose: choosing(
      ...["class CardDto", "class BadgeDto", "class LooseDto", "class GivenDto", "class FilledDto"],
      ...["class PositionalDto", "interface Line", "interface Row"],
    ),
  },
  "mapper-selected": { choose: choosing("label: copy of User", "named: copy of User") },
  internal: { exposure: "internal" },
  "toggle-assigned": { toggle: ownFlags },
  "toggle-assigned-without-fallback": { toggle: ownFlags, value: { kind: "sql", sql: "split_part(email, '@', 1)" } },
};

/** Only a test may have values that nobody meant. */
export function fileOf(name: string): string {
  return name === "fixtures" ? "src/code.fixtures.ts" : "src/code.ts";
}
