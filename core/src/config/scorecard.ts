import * as z from "zod";
import { families, signalIds } from "../model/index.js";

// Whole numbers: their sum is the same in any order, and easy to check.
const weight = z.int().min(-100).max(100);
const threshold = z.int().min(-1000).max(1000);

/** `code.scorecard`: given keys override the measured defaults. */
export const scorecardSchema = z.strictObject({
  weights: z.partialRecord(z.enum(signalIds), weight).optional(),
  likely: z.partialRecord(z.enum(families), threshold).optional(),
  possible: threshold.optional(),
  possibleInTests: threshold.optional(),
  like: threshold.optional(),
  kin: threshold.optional(),
});
