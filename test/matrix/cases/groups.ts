import type { Change } from "../change.js";
import { defaults, enums, nullable } from "./defaults.js";
import { functions } from "./functions.js";
import { keys } from "./keys.js";
import { layouts } from "./layouts.js";
import { names } from "./names.js";
import { natives } from "./natives.js";
import { indexes, relations } from "./relations.js";
import { required } from "./required.js";
import { safe } from "./safe.js";
import { scalars } from "./scalars.js";
import { clientDefaults, extremes, shapes } from "./shapes.js";

/** What shares a project. A group costs as much as some changes, so there are few. */
export const groups = {
  "types, defaults and enums": [...natives, ...scalars, ...defaults, ...enums, ...nullable],
  "shapes, names and functions": [...clientDefaults, ...shapes, ...extremes, ...names, ...functions],
  "keys, relations, and what passes": [...keys, ...indexes, ...relations, ...required, ...safe],
  "several files and schemas": layouts,
} satisfies Readonly<Record<string, readonly Change[]>>;

export type Group = keyof typeof groups;
