import type { Judging } from "../dialect/judging.js";
import { capabilities } from "./capabilities.js";
import { quote, temporaryIndexName } from "./quote.js";
import { usingIndexWords } from "./units/unique-constraint.js";
import { unknownFunctions } from "./verdicts/statements.js";
import { verdictOf } from "./verdicts/verdict-of.js";

export const judging: Judging = {
  capabilities,
  quote,
  swap: { temporaryName: temporaryIndexName, constraintWords: usingIndexWords },
  verdictOf,
  asksFormerTable: () => false,
  phaseObstacle: () => undefined,
  unknownFunctions,
};
