import type { Judging } from "../dialects/judging.js";
import { unknownFunctions } from "../verdicts/statements.js";
import { verdictOf } from "../verdicts/verdict-of.js";
import { capabilities } from "./capabilities.js";

export const judging: Judging = {
  capabilities,
  verdictOf,
  asksFormerTable: () => false,
  phaseObstacle: () => undefined,
  unknownFunctions,
};
