import type { Validation } from "../../dialect/validation.js";
import { tryFill } from "./fill.js";
import { tryReference } from "./reference.js";
import { tryUnique } from "./unique.js";

/** For PostgreSQL. */
export const validation: Validation = { fill: tryFill, unique: tryUnique, reference: tryReference };
