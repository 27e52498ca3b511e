import type { VerdictContext } from "../../dialect/judging.js";
import { type Concern, type MysqlForm, newerForm, type Operation, versionNumber } from "../../model/index.js";
import { newerThan } from "../../sql/verdicts/newer.js";
import { type ClauseVerdict, inPlace, instant, rebuilds, type Server } from "./ddl-algorithm.js";

/** If the version is unknown, only what no version supports: the developer's own server accepts the rest. */
export function newerOn(server: Server, operation: Operation, context: VerdictContext): readonly Concern[] {
  const isKnown = context.environment.server !== undefined;
  return newerThan(server, operation, context).filter(
    (concern) => concern.kind === "needs-server" && (isKnown || concern.since === undefined),
  );
}

/** Whether the version is known and ignores the form. */
export function ignores(form: MysqlForm, server: Server, { environment }: VerdictContext): boolean {
  const { since = Number.POSITIVE_INFINITY, isIgnored } = newerForm(form, server);
  return isIgnored && environment.server !== undefined && environment.server < since;
}

/**
 * The first versions with an instant change: see "Online DDL Operations" in MySQL's manual, and "InnoDB Online DDL Operations with the
 * INSTANT Alter Algorithm" in MariaDB's. Every version with ALGORITHM=INSTANT supports the others.
 */
const instantSince = {
  "other-place": { mysql: "8.0.29", mariadb: "10.4" },
  drop: { mysql: "8.0.29", mariadb: "10.4" },
  rename: { mysql: "8.0.28", mariadb: "10.3.2" },
} as const;

/** Older servers change in place what newer ones change instantly. An unknown version counts as newer. */
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
      // After the last column it is instant. The order of the columns is unknown, so trust the requested algorithm.
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
