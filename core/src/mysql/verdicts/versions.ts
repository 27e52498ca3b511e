import type { VerdictContext } from "../../dialect/judging.js";
import { type Concern, type MysqlForm, newerForm, type Operation, versionNumber } from "../../model/index.js";
import { newerThan } from "../../sql/verdicts/newer.js";
import { type ClauseVerdict, inPlace, instant, rebuilds, type Server } from "./ddl-algorithm.js";

/** Of forms that some version has, nothing is told where nobody knows the version: developers write what their own server takes. */
export function newerOn(server: Server, operation: Operation, context: VerdictContext): readonly Concern[] {
  const isKnown = context.environment.server !== undefined;
  return newerThan(server, operation, context).filter(
    (concern) => concern.kind === "needs-server" && (isKnown || concern.since === undefined),
  );
}

/** Whether the server is known to be one that accepts the form, and ignores it. */
export function ignores(form: MysqlForm, server: Server, { environment }: VerdictContext): boolean {
  const { since = Number.POSITIVE_INFINITY, isIgnored } = newerForm(form, server);
  return isIgnored && environment.server !== undefined && environment.server < since;
}

/**
 * The first versions that do it in an instant: see "Online DDL Operations" of MySQL's manual, and "InnoDB Online DDL Operations with the
 * INSTANT Alter Algorithm" of MariaDB's. What is not here every version does that has ALGORITHM=INSTANT.
 */
const instantSince = {
  "other-place": { mysql: "8.0.29", mariadb: "10.4" },
  drop: { mysql: "8.0.29", mariadb: "10.4" },
  rename: { mysql: "8.0.28", mariadb: "10.3.2" },
} as const;

/** What an older server does in place that newer ones do in an instant. Where nobody knows the version, it is a newer one. */
export function onVersion(
  judged: ClauseVerdict,
  operation: Operation,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  const { server: version = Number.POSITIVE_INFINITY } = context.environment;
  const change = judged.ddl === instant ? changeOf(operation, context) : undefined;
  if (change === undefined || version >= versionNumber(instantSince[change][server])) return judged;
  return { ...judged, ddl: change === "rename" ? inPlace : rebuilds };
}

function changeOf(operation: Operation, context: VerdictContext): keyof typeof instantSince | undefined {
  switch (operation.kind) {
    case "addColumn": {
      const { position, column, demands } = operation;
      if (position === undefined || column.isVirtual === true) return undefined;
      // Behind the last column it is an instant, too: nobody knows the order, and the demand says so.
      return position !== "first" && demands?.algorithm === "INSTANT" ? undefined : "other-place";
    }
    case "dropColumn":
      return context.formerTable(operation.table)?.column(operation.column)?.isVirtual === true ? undefined : "drop";
    case "renameColumn":
      return "rename";
    case "redeclareColumn":
      if (operation.position !== undefined) return "other-place";
      return operation.formerName === operation.column.name ? undefined : "rename";
    default:
      return undefined;
  }
}
