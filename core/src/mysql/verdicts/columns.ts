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
import {
  builds,
  type ClauseVerdict,
  copies,
  copiesLocked,
  type DdlAlgorithm,
  drops,
  instant,
  rebuilds,
  rebuildsShared,
  type Server,
  stronger,
} from "./ddl-algorithm.js";
import { evaluated, implicitValue } from "./defaults.js";
import { isUnchecked } from "./keys.js";
import { typeChange } from "./types.js";

/** What is found of a clause, bit by bit: the strongest algorithm, and every concern. */
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

  /**
   * Where a FULLTEXT index is, no column comes or goes in an instant, and the table is not rebuilt while writes go on. A compressed table
   * is rebuilt for each.
   */
  judged(former: FormerTable | undefined, isMoved: boolean, server: Server): ClauseVerdict {
    if (isMoved && /\b(?:ROW_FORMAT\s*=?\s*COMPRESSED|KEY_BLOCK_SIZE\s*=?\s*[1-9])/i.test(former?.optionsSql ?? ""))
      this.rewrites("storage", rebuilds);
    const isHeld = this.ddl === rebuilds || (isMoved && this.ddl.lock === "NONE");
    if (isHeld && former?.indexes.some(({ method }) => method === "fulltext"))
      this.rewrites("fulltext", server === "mysql" ? copies : rebuildsShared);
    return this;
  }
}

/** ADD COLUMN: the metadata alone, at whichever place, unless rows get values of their own or something is looked up for them. */
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
  if (isIndexed) found.needs(isGenerated ? copies : rebuilds);
  if (isIndexed && isFilled && !isIdentity) found.fails("duplicates");
  // MariaDB takes it that a new column passes.
  if (column.checks.length > 0 && server === "mysql") found.needs(copies, { kind: "scans", table, why: "check" });
  if (references !== undefined) {
    reference(found, column, server, isFilled);
    found.others.push(references.table);
  }
  if (column.notNull && column.defaultSql === undefined && !isGenerated && !isIdentity) {
    const value = implicitValue(column, server);
    if (value === undefined) found.fails("any-row");
    else found.concerns.push({ kind: "fills-silently", table, column: name, value });
    found.concerns.push({ kind: "breaks-inserts", table, column: name });
  }
  return found.judged(context.formerTable(table), true, server);
}

/** Behind a column MySQL before 9 reads it and forgets it. */
function reference(found: Findings, { name }: ColumnDeclaration, server: Server, isFilled: boolean): void {
  const { table } = found;
  if (server === "mysql") found.concerns.push({ kind: "ignores", what: "references", table, column: name });
  found.needs(copies, { kind: "scans", table, why: "check" });
  if (isFilled) found.fails("foreign-key");
}

export function dropColumn(
  { table, column }: OperationOf<"dropColumn">,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  const found = new Findings(table);
  const former = context.formerTable(table);
  const isIndexed = former?.indexes.some(({ columns }) => columns.includes(column)) === true;
  if (isIndexed) found.needs(server === "mysql" ? rebuilds : drops);
  found.concerns.push(
    { kind: "loses-data", what: "column", table, column },
    { kind: "breaks-code-before", what: "column", name: column },
  );
  return found.judged(former, true, server);
}

/** MODIFY, CHANGE: what of the declaration is another one than before; where nobody knows that, the worst. */
export function redeclareColumn(
  operation: OperationOf<"redeclareColumn">,
  context: VerdictContext,
  server: Server,
): ClauseVerdict {
  const { table, formerName, column } = operation;
  const found = new Findings(table);
  if (formerName.toLowerCase() !== column.name.toLowerCase())
    found.concerns.push({ kind: "breaks-code-before", what: "column", name: formerName, newName: column.name });
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
  const isVirtual = former.isVirtual === true && column.isVirtual === true;
  if ((former.isGenerated || column.isGenerated) && !(isVirtual && server === "mariadb")) found.rewrites("computed");
  // MariaDB lets go of an AUTO_INCREMENT in an instant.
  if (column.isIdentity !== former.isIdentity && (column.isIdentity || server === "mysql"))
    found.rewrites("computed", copiesLocked);
  if (operation.position !== undefined && server === "mysql") found.needs(rebuilds);
  if (column.checks.length > 0 && server === "mysql") found.needs(copies, { kind: "scans", table, why: "check" });
  if (column.isUnique || column.isPrimaryKey) {
    found.needs(builds);
    found.fails("duplicates");
    found.narrows("duplicates");
  }
  return found.judged(known, false, server);
}

/** The table is rebuilt while writes go on: rows keep in their head which columns can be NULL. */
function changeNull(found: Findings, column: ColumnDeclaration, known: FormerTable | undefined, server: Server): void {
  const { table } = found;
  if (!column.notNull) {
    found.needs(rebuilds);
    found.concerns.push({ kind: "widens-reads", table, why: "null" });
    return;
  }
  // NULL becomes the moment in a timestamp. MySQL rebuilds no virtual column along; MariaDB none that is in an index, and no stored one.
  const isCopied =
    server === "mariadb"
      ? /^timestamp/.test(column.type) || known?.hasKeptColumn === true
      : known?.hasVirtualColumn === true;
  if (isCopied) found.rewrites("storage");
  else found.needs(rebuilds);
  found.fails("null");
  found.narrows("null");
}

/** As another statement of the change leaves it, else as it was before. */
function formerColumn(
  { table, formerName, statement }: OperationOf<"redeclareColumn">,
  context: VerdictContext,
): ColumnDeclaration | undefined {
  const name = formerName.toLowerCase();
  for (const each of context.operations.toReversed()) {
    if (each.statement >= statement || !("table" in each) || !isSameTable(each.table, table)) continue;
    const isDeclared = each.kind === "addColumn" || each.kind === "redeclareColumn";
    if (isDeclared && each.column.name.toLowerCase() === name) return each.column;
    // What has which name now is not followed here.
    if (each.kind === "renameColumn" && each.newName.toLowerCase() === name) break;
  }
  return context.formerTable(table)?.column(formerName);
}
