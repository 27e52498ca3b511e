import type { Judging } from "../dialect/judging.js";
import { capabilities } from "./capabilities.js";
import { quote } from "./quote.js";
import type { Server } from "./verdicts/ddl-algorithm.js";
import { unknownFunctions } from "./verdicts/functions.js";
import { phaseObstacle } from "./verdicts/phases.js";
import { verdictOf } from "./verdicts/verdict-of.js";

export const mysqlJudging = judgingOf("mysql");
export const mariadbJudging = judgingOf("mariadb");
/** For `mysql` as ORMs use it, which can be either server: takes the worse verdict of both. */
export const eitherJudging = judgingOf("mysql", "mariadb");

function judgingOf(...servers: readonly Server[]): Judging {
  return {
    capabilities,
    quote,
    verdictOf: (operation, context) => verdictOf(operation, context, servers),
    // To find a FULLTEXT index, and the previous declaration of a column that is declared again.
    asksFormerTable: (operation) =>
      /^(?:addColumn|redeclareColumn|dropColumn|addForeignKey|addUnique)$/.test(operation.kind) ||
      (operation.kind === "createIndex" && operation.isUnique),
    phaseObstacle: (operation, context) => phaseObstacle(operation, context, servers),
    unknownFunctions,
  };
}
