import type { Trials } from "../../dialect/trials.js";
import { tryFill } from "./fill.js";
import { tryReference } from "./reference.js";
import { tryUnique } from "./unique.js";

/** Of PostgreSQL. */
export const trials: Trials = { fill: tryFill, unique: tryUnique, reference: tryReference };
