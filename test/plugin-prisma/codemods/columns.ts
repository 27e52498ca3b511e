import { chooseAll } from "../../support/choices.js";
import { openFeature, ownFlags, toggleOf } from "../../support/toggles.js";
import { type Column, field } from "./phases.js";

/** Cases that are not about `handle String? @unique` filled by `lower(email)`. */
export const columns: Readonly<Record<string, Column>> = {
  "values/typescript": { value: { kind: "typescript", text: "slugOf(email)" } },
  "values/new-each-time": { value: { kind: "typescript", text: "crypto.randomUUID()" } },
  "values/default": { value: { kind: "none" } },
  "values/untranslatable": { value: { kind: "sql", sql: "split_part(email, '@', 1)" } },
  "values/listed": { value: { kind: "listed" } },
  "values/constant": { added: field("region", { isOptional: true }), value: { kind: "sql", sql: "'eu'::text" } },
  "values/number": { added: field("points", { type: "int", isOptional: true }), value: { kind: "sql", sql: "0" } },
  internal: { exposure: "internal" },
  "create-members": { choose: chooseAll, exposure: "exposed" },
  "mapper-given-types": { choose: chooseAll },
  "zod-pick": { choose: chooseAll },
  "toggle-own": { toggle: toggleOf({ read: "this.flags.isOn({name})" }) },
  "toggle-import": { toggle: ownFlags },
  "toggle-openfeature": { toggle: openFeature },
  "toggle-without-fallback": { toggle: ownFlags, value: { kind: "sql", sql: "split_part(email, '@', 1)" } },
};

/** Only a test may have values that nobody meant. */
export function fileOf(name: string): string {
  if (name === "asserted-rows") return "src/code.test.ts";
  return name === "fixtures" ? "src/code.fixtures.ts" : "src/code.ts";
}
