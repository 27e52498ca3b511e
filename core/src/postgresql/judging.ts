import type { Judging } from "../dialects/judging.js";
import { quote, temporaryIndexName } from "../sql/postgres/quote.js";
import { usingIndexWords } from "../sql/postgres/units/unique-constraint.js";
import { unknownFunctions } from "../verdicts/statements.js";
import { verdictOf } from "../verdicts/verdict-of.js";
import { capabilities } from "./capabilities.js";

export const judging: Judging = {
  capabilities,
  quote,
  swap: { temporaryName: temporaryIndexName, constraintWords: usingIndexWords },
  verdictOf,
  asksFormerTable: () => false,
  phaseObstacle: () => undefined,
  unknownFunctions,
};
