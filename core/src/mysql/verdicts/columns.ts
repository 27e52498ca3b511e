import type { FormerTable, VerdictContext } from "../../dialect/judging.js";
import {
  type ColumnDeclaration,
  type Concern,
  type Doubt,
  isSameTable,
  type OperationOf,
  type RowFailure,
  type TableName,
} from "../../model/index.js";
import { sessionDefault } from "../../sql/session-value.js";
import { losesDefault } from "../../sql/verdicts/columns.js";
import { takenFields } from "../../sql/verdicts/taken-fields.js";
import {
  builds,
  type ClauseVerdict,
  copies,
  copiesLocked,
  type DdlAlgorithm,
  drops,
  inPlace,
  instant,
  rebuilds,
  rebuildsShared,
  type Server,
  stronger,
} from "./ddl-algorithm.js";
import { evaluated, implicitValue } from "./defaults.js";
import { isUnchecked } from "./keys.js";
import { typeChange } from "./types.js";
import { ignores } from "./versions.js";

/** The collected verdict of a clause: the strongest algorithm, and every concern. */
class Findings {
  ddl = instant;
  readonly concerns: Concern[] = [];
  readonly doubts: Doubt[] = [];
  readonly others: TableName[] = [];

  constructor(readonly table: TableName) {}

  needs(ddl: DdlAlgorithm, concern?: Concern): void {
    this.ddl = stronger(this.ddl, ddl);
    if (concern !== undefined) this.concerns.push(concern);
  }

  rewrites(why: Extract<Concern, { kind: "rewrites" }>["why"], ddl = copies): void {
    this.needs(ddl, { kind: "rewrites", table: this.table, why });
  }

  fails(why: RowFailure): void {
    this.concerns.push({ kind: "fails-on-rows", table: this.table, why });
  }

  narrows(why: RowFailure): void {
    this.concerns.push({ kind: "narrows-writes", table: this.table, why });
  }
}

/** ADD COLUMN only changes metadata, at any position, unless rows get different values or the server must check them. */
export function addColumn(
  { table, column }: OperationOf<"addColumn">,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  const found = new Findings(table);
  const { name, references, isGenerated, isIdentity } = column;
  const isStored = isGenerated && column.isVirtual !== true;
  const isIndexed = column.isUnique || column.isPrimaryKey;
  if (isIdentity) found.rewrites("computed", rebuildsShared);
  if (isStored) found.rewrites("computed");
  const { when, differs } = evaluated(column, server);
  if (when === "each") found.rewrites(differs ? "default" : "storage");
  if (when === "once" && differs) found.needs(instant, { kind: "one-value", table, column: name });
  found.concerns.push(...sessionDefault(table, name, column.defaultSql, true));
  const isFilled = column.defaultSql !== undefined || column.notNull;
  if (isIndexed) found.needs(isGenerated || isHashed(column, server) ? copies : rebuilds);
  if (isIndexed && (isFilled || isGenerated) && !isIdentity) found.fails("duplicates");
  if (isIndexed && isGenerated) found.narrows("duplicates");
  if (isGenerated && column.notNull) {
    found.fails("null");
    found.narrows("null");
  }
  if (column.checks.length > 0 && !ignores("check", server, context)) checked(found, column, isFilled, server);
  if (references !== undefined && !ignores("column-references", server, context)) {
    // The version is unknown, so the server may ignore it.
    if (server === "mysql" && context.environment.server === undefined)
      found.concerns.push({ kind: "ignores", what: "references", table, column: name });
    found.needs(copies, { kind: "scans", table, why: "check" });
    if (isFilled) found.fails("foreign-key");
    found.others.push(references.table);
  }
  if (column.notNull && column.defaultSql === undefined && !isGenerated && !isIdentity) {
    const value = implicitValue(column, server);
    if (value === undefined) found.fails("any-row");
    else found.concerns.push({ kind: "fills-silently", table, column: name, value });
    if (isMissed(column)) found.concerns.push({ kind: "breaks-inserts", table, column: name });
  }
  return found;
}

/** MariaDB assumes that a new column passes the check and reads no rows. Code that omits the column writes its default, or NULL. */
function checked(found: Findings, column: ColumnDeclaration, isFilled: boolean, server: Server): void {
  const { table } = found;
  const { name, checksNull, defaultSql, notNull } = column;
  if (server === "mysql") {
    found.needs(copies, { kind: "scans", table, why: "check" });
    if (isFilled || checksNull) found.fails("check");
  }
  if (isFilled) found.narrows("check");
  if (checksNull && defaultSql === undefined && !notNull)
    found.concerns.push({ kind: "breaks-inserts", table, column: name });
}

/** Whether an INSERT without the column fails. An ENUM uses its first value instead. */
const isMissed = ({ values, type }: ColumnDeclaration) => values === undefined || !/^enum/.test(type);

/** MariaDB implements a unique index on long text as an index on hashes. */
function isHashed({ type }: ColumnDeclaration, server: Server): boolean {
  return server === "mariadb" && /^(?:(?:tiny|medium|long)?(?:text|blob)|json)\b/.test(type);
}

export function dropColumn(
  operation: OperationOf<"dropColumn">,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  const { table, column } = operation;
  const found = new Findings(table);
  const former = context.formerTable(table);
  const indexes = former?.indexes.filter(({ columns }) => columns.includes(column)) ?? [];
  const isVirtual = former?.column(column)?.isVirtual === true;
  const isOfWords = indexes.some(({ method }) => method === "fulltext");
  if (indexes.length > 0) found.needs(isOfWords || (server === "mysql" && !isVirtual) ? rebuilds : drops);
  found.concerns.push(
    { kind: "loses-data", what: "column", table, column },
    { kind: "breaks-code-before", what: "column", name: column },
    ...takenFields(table, column, operation, context),
  );
  return found;
}

export function renameColumn(
  operation: OperationOf<"renameColumn">,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  const { table, column, newName } = operation;
  const found = new Findings(table);
  found.needs(renaming(table, column, context, server), {
    kind: "breaks-code-before",
    what: "column",
    name: column,
    newName,
  });
  found.concerns.push(...takenFields(table, column, operation, context));
  return found;
}

/** MySQL updates the name in the foreign keys of other tables. */
function renaming(table: TableName, column: string, context: VerdictContext, server: Server): DdlAlgorithm {
  const isReferenced = context
    .foreignKeys(table)
    ?.some((key) => isSameTable(key.references, table) && key.referencedColumns?.includes(column));
  return server === "mysql" && isReferenced ? inPlace : instant;
}

/** MODIFY, CHANGE: compares the declaration with the previous one, and assumes the worst if that is unknown. */
export function redeclareColumn(
  operation: OperationOf<"redeclareColumn">,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  const { table, formerName, column } = operation;
  const found = new Findings(table);
  if (formerName.toLowerCase() !== column.name.toLowerCase()) {
    found.needs(renaming(table, formerName, context, server), {
      kind: "breaks-code-before",
      what: "column",
      name: formerName,
      newName: column.name,
    });
    found.concerns.push(...takenFields(table, formerName, operation, context));
  }
  const former = formerColumn(operation, context);
  const known = context.formerTable(table);
  if (former === undefined) {
    found.doubts.push("former-type");
    found.rewrites("type");
    for (const why of column.notNull ? (["cast", "null"] as const) : (["cast"] as const)) {
      found.fails(why);
      found.narrows(why);
    }
    return found;
  }
  const type = typeChange(former, column, known, server);
  if (type.isUnsure) found.doubts.push("former-type");
  if (type.ddl === copies) found.rewrites("type");
  else found.needs(type.ddl);
  const [key] =
    former.type === column.type || type.ddl !== copies || (server === "mysql" && isUnchecked(operation, context))
      ? []
      : context.dependentsOf({ what: "key-column", table, column: formerName });
  if (key !== undefined) found.concerns.push({ kind: "fails-always", why: "type-of-key", by: key });
  if (type.fails !== undefined) {
    found.fails(type.fails);
    found.narrows(type.fails);
  }
  if (former.notNull !== column.notNull) changeNull(found, column, known, server);
  if (losesDefault(former, operation, context) && isMissed(column))
    found.concerns.push({ kind: "breaks-inserts", table, column: column.name });
  const isVirtual = former.isVirtual === true && column.isVirtual === true;
  const isInIndex = known?.indexes.some(({ columns }) => columns.includes(formerName)) === true;
  if ((former.isGenerated || column.isGenerated) && !(isVirtual && !isInIndex && server === "mariadb"))
    found.rewrites("computed");
  // MariaDB removes AUTO_INCREMENT instantly.
  if (column.isIdentity !== former.isIdentity && (column.isIdentity || server === "mysql"))
    found.rewrites("computed", copiesLocked);
  if (operation.position !== undefined && server === "mysql") found.needs(rebuilds);
  if (column.checks.length > 0 && server === "mysql" && !ignores("check", server, context))
    found.needs(copies, { kind: "scans", table, why: "check" });
  if (column.isUnique || column.isPrimaryKey) {
    found.needs(builds);
    found.fails("duplicates");
    found.narrows("duplicates");
  }
  return found;
}

/** The table is rebuilt while writes continue, because row headers record which columns are nullable. */
function changeNull(found: Findings, column: ColumnDeclaration, known: FormerTable | undefined, server: Server): void {
  const { table } = found;
  if (!column.notNull) {
    found.needs(rebuilds);
    found.concerns.push({ kind: "widens-reads", table, why: "null" });
    return;
  }
  // In a timestamp, NULL becomes the current time. MySQL cannot rebuild virtual columns in place. MariaDB cannot rebuild indexed virtual or
  // stored columns in place.
  const isCopied =
    server === "mariadb"
      ? /^timestamp/.test(column.type) || known?.hasKeptColumn === true
      : known?.hasVirtualColumn === true;
  if (isCopied) found.rewrites("storage");
  else found.needs(rebuilds);
  found.narrows("null");
  const value = "the current time in place of NULL";
  if (server === "mysql" || !/^timestamp/.test(column.type)) found.fails("null");
  else found.concerns.push({ kind: "fills-silently", table, column: column.name, value });
}

/** The column as another statement of the change leaves it, otherwise as it was before. */
function formerColumn(
  { table, formerName, statement }: OperationOf<"redeclareColumn">,
  context: VerdictContext,
): ColumnDeclaration | undefined {
  const name = formerName.toLowerCase();
  for (const each of context.operations.toReversed()) {
    if (each.statement >= statement || !("table" in each) || !isSameTable(each.table, table)) continue;
    const isDeclared = each.kind === "addColumn" || each.kind === "redeclareColumn";
    if (isDeclared && each.column.name.toLowerCase() === name) return each.column;
    // Renames are not followed further.
    if (each.kind === "renameColumn" && each.newName.toLowerCase() === name) break;
  }
  return context.formerTable(table)?.column(formerName);
}
