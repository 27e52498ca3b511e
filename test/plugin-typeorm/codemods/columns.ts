import { choosing } from "../../support/choices.js";
import { ownFlags } from "../../support/toggles.js";
import { type Column, field } from "./phases.js";

/** `@Column("date") birthday: string`: TypeORM returns such a value as a string, which needs no conversion in a response. */
const stringDate: Column = {
  added: field("birthday", { type: "datetime", codeType: "string", isOptional: true }),
  value: { kind: "sql", sql: "'2000-01-01'::date" },
};

/** Cases that are not about `handle`, filled by `lower(email)`. */
export const columns: Readonly<Record<string, Column>> = {
  "value-typescript": { value: { kind: "typescript", text: "slugOf(email)" } },
  "values/default": { value: { kind: "none" } },
  "values/untranslatable": { value: { kind: "sql", sql: "split_part(email, '@', 1)" } },
  "values/listed": { value: { kind: "listed" } },
  "values/constant": { added: field("region", { isOptional: true }), value: { kind: "sql", sql: "'eu'::text" } },
  "values/number": { added: field("points", { type: "int", isOptional: true }), value: { kind: "sql", sql: "0" } },
  "mapper-nullable": { value: { kind: "sql", sql: "split_part(email, '@', 1)" } },
  "request-constant/hidden": { added: field("region", { isOptional: true }), value: { kind: "sql", sql: "'eu'" } },
  "request-constant/exposed": {
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
  ...Object.fromEntries(
    ["mapper-interface", "mapper-class", "mapper-zod"].flatMap((name) => [
      [name, {}],
      [`${name}/date`, stringDate],
    ]),
  ),
  "mapper-assigned": {},
  "mapper-assigned/toggled": { toggle: ownFlags },
  "mapper-assigned/toggled-without-fallback": {
    toggle: ownFlags,
    value: { kind: "sql", sql: "split_part(email, '@', 1)" },
  },
};

/** Only a test may have values that nobody meant. */
export function fileOf(name: string): string {
  return name === "fixtures" ? "src/code.fixtures.ts" : "src/code.ts";
}
