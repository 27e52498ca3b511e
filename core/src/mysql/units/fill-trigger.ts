import type { Fill } from "../../model/fill.js";
import { isSameTable, type TableName } from "../../model/names.js";
import type { UnitColumn } from "../../model/plan.js";
import { printable } from "../../sql/printable.js";
import { closed } from "../../sql/unit-words.js";
import { qualified, quoteIdentifier, quoteTable, quoteText, triggerNames } from "../quote.js";
import { typeInCatalogue } from "../types.js";
import { logsStatements, unreplicated } from "../unreplicated.js";
import { type MysqlServer, type Program, signal } from "./frame.js";

/**
 * The two triggers that fill a column. They fill new rows, and restore a value that an UPDATE clears. They leave rows without a value to
 * the backfill. They run last, because the servers run triggers of one event in creation order.
 *
 * They never make a statement fail: the column stays NULL if a value cannot be computed, does not fit, or would violate a constraint that
 * the change adds. The handler needs both classes: a value outside an enum has the SQLSTATE of a warning (01000), but is an error of the
 * statement. A deadlock or lock timeout is not handled, because the transaction may be rolled back.
 *
 * They run with their creator's privileges and the sql_mode at creation, which is strict, so a session without strict mode does not
 * truncate values.
 */
export function fillTriggers(
  table: TableName,
  column: UnitColumn,
  server: MysqlServer,
): NonNullable<Program["triggers"]> {
  const { fill } = column;
  if (fill === undefined) return [];
  const names = triggerNames(table, column.name);
  const of = (name: string, event: string, lines: string) => ({
    name,
    table,
    text: `${qualified(table.schema, name)} BEFORE ${event} ON ${quoteTable(table)} FOR EACH ROW\nBEGIN\n${lines}END`,
  });
  // The update trigger is created first. The server commits each statement, so the application may write in between, and a row that the
  // insert trigger has filled must follow its source immediately.
  return [
    of(names.update, "UPDATE", onUpdate(table, column, fill, server)),
    of(names.insert, "INSERT", onInsert(table, column, fill, server)),
  ];
}

/**
 * Lines that check for the TRIGGER privilege before the column exists, with a trigger that the server rejects because its column is
 * missing. On MySQL, a routine cannot check this: `lockstep deploy` does.
 */
export function askForTriggers(table: TableName, { name, fill }: UnitColumn, server: MysqlServer): string {
  if (fill === undefined || server === "mysql") return "";
  const trigger = qualified(table.schema, triggerNames(table, name).insert);
  const text = `CREATE TRIGGER ${trigger} BEFORE INSERT ON ${quoteTable(table)} FOR EACH ROW SET NEW.${quoteIdentifier(name)} = NULL`;
  return `          BEGIN
            DECLARE CONTINUE HANDLER FOR 1054, 1359 BEGIN END;  -- no such column yet, or a trigger whose column was dropped: it may
            EXECUTE IMMEDIATE ${quoteText(text)};
          END;
`;
}

/** Lines that prevent replicas from storing other values. */
export function refuseUnreplicated(columns: readonly UnitColumn[], server: MysqlServer): string {
  const named = columns.flatMap(({ name, fill }) => {
    const what = fill && unreplicated(fill.rowSql);
    return what === undefined ? [] : [`${quoteIdentifier(name)}: ${what}`];
  });
  if (named.length === 0) return "";
  const message = `${named[0]} has other values on replicas while binlog_format is STATEMENT. Nothing was changed: set it to MIXED`;
  return `  IF ${logsStatements} THEN
    SET message = ${quoteText(message)};
    ${signal(server)}
  END IF;
`;
}

/** Lines that drop both triggers, the insert trigger first: until then, the rows it fills still follow their source. */
export function dropFillTriggers(table: TableName, { name, fill }: UnitColumn): string {
  if (fill === undefined) return "";
  const { insert, update } = triggerNames(table, name);
  return [insert, update].map((each) => `        DROP TRIGGER IF EXISTS ${qualified(table.schema, each)};\n`).join("");
}

const handlers = (name: string) => `  DECLARE EXIT HANDLER FOR 1205, 1213 RESIGNAL;
  DECLARE EXIT HANDLER FOR SQLEXCEPTION, SQLWARNING SET NEW.${name} = NULL;  -- cannot be computed or stored: left to the backfill
`;

function onInsert(table: TableName, column: UnitColumn, fill: Fill, server: MysqlServer): string {
  const name = quoteIdentifier(column.name);
  if (column.constraints?.hasOther) return leftToBackfill;
  return `${handlers(name)}  IF NEW.${name} IS NULL THEN
    SET NEW.${name} = ${stored(column, column.laterDefaultSql ?? fill.newSql)};
${refusing(table, column, server, "INSERT")}  END IF;
`;
}

const leftToBackfill =
  "  -- A new value is left to the backfill: the change builds what may refuse one, and nothing here can tell which.\n";

function onUpdate(table: TableName, column: UnitColumn, fill: Fill, server: MysqlServer): string {
  const name = quoteIdentifier(column.name);
  const back = column.constraints?.hasOther
    ? `  ${leftToBackfill}`
    : `    IF NEW.${name} IS NULL THEN
      SET NEW.${name} = ${stored(column, fill.newSql)};
${column.laterDefaultSql === undefined ? "" : `      IF NEW.${name} IS NULL THEN SET NEW.${name} = ${stored(column, column.laterDefaultSql)}; END IF;\n`}${refusing(table, column, server, "UPDATE")}    END IF;
`;
  return `${handlers(name)}  IF OLD.${name} IS NOT NULL THEN  -- else not filled yet: left to the backfill
${fill.kind === "mirror" ? following(column, fill) : ""}${givingWay(table, column, fill)}${back}  END IF;
`;
}

/** A mirror updates its value when the source changes, as long as it still equals the old source. */
function following(column: UnitColumn, fill: Fill): string {
  const name = quoteIdentifier(column.name);
  const changed = fill.reads.map(
    (source) => `NOT (${same(`NEW.${quoteIdentifier(source)}`, `OLD.${quoteIdentifier(source)}`)})`,
  );
  if (changed.length === 0) return "";
  return whereItFollows(
    column,
    fill,
    `(${changed.join(" OR ")}) AND ${same(`NEW.${name}`, `OLD.${name}`)}`,
    "the value still followed the source and the code did not choose another one: computed anew",
  );
}

/** If an UPDATE of a key's other columns makes the key reference nothing, a value that came from the fill is cleared. */
function givingWay(table: TableName, column: UnitColumn, fill: Fill): string {
  const name = quoteIdentifier(column.name);
  const lookUps = lookUpsOf(table, column);
  const others = decidedBy(column).filter((each) => each !== column.name);
  if (others.length === 0) return "";
  const changed = others.map((each) => `NOT (${same(`NEW.${quoteIdentifier(each)}`, `OLD.${quoteIdentifier(each)}`)})`);
  return whereItFollows(
    column,
    fill,
    `${same(`NEW.${name}`, `OLD.${name}`)} AND (${changed.join(" OR ")}) AND (${lookUps.join(" OR ")})`,
    "no longer: looked at again below",
  );
}

function whereItFollows(column: UnitColumn, fill: Fill, when: string, why: string): string {
  const name = quoteIdentifier(column.name);
  // The value as the column stores it: 3.14 becomes 3 in an integer, and still follows its source.
  const type = [column.type, charsetOf(column), column.collationSql && `COLLATE ${column.collationSql}`];
  return `    BEGIN
      DECLARE lockstep_followed ${type.filter(Boolean).join(" ")};
      DECLARE EXIT HANDLER FOR 1205, 1213 RESIGNAL;
      DECLARE EXIT HANDLER FOR SQLEXCEPTION, SQLWARNING BEGIN END;  -- no value came from this source: somebody chose the one that is there
      IF ${when} THEN
        SET lockstep_followed = ${stored(column, fill.oldSql)};
        IF ${same(`OLD.${name}`, "lockstep_followed")} THEN
          SET NEW.${name} = NULL;  -- ${why}
        END IF;
      END IF;
    END;
`;
}

/**
 * MySQL requires the character set with a variable's COLLATE (1235). A collation name starts with it, except MariaDB's collations for all
 * sets.
 */
function charsetOf({ storageSql, collationSql }: UnitColumn): string | undefined {
  const [, charset] = /^['"`]?(?!uca1400)([a-z0-9]+)/i.exec(collationSql ?? "") ?? [];
  return storageSql ?? (charset === undefined ? undefined : `CHARACTER SET ${charset}`);
}

/** Clears a value that would violate a constraint that the change adds. */
function refusing(table: TableName, column: UnitColumn, server: MysqlServer, event: "INSERT" | "UPDATE"): string {
  const name = `NEW.${quoteIdentifier(column.name)}`;
  const lookUps = lookUpsOf(table, column).map((condition) => {
    if (event === "INSERT") return condition;
    const key = decidedBy(column).map((each) => same(`NEW.${quoteIdentifier(each)}`, `OLD.${quoteIdentifier(each)}`));
    return `NOT (${key.join(" AND ")}) AND ${condition}`; // otherwise the row had the value before
  });
  const conditions = [
    // MariaDB's own check on JSON columns would reject the statement after the trigger.
    ...(server === "mariadb" && /^\s*json\b/i.test(column.type) ? [`NOT json_valid(${name})`] : []),
    ...lookUps,
  ];
  return conditions
    .map((condition) => `    IF ${name} IS NOT NULL AND (${condition}) THEN SET ${name} = NULL; END IF;\n`)
    .join("");
}

/**
 * Conditions: the referenced row is missing. The lookup locks an existing row, as the key itself does. Unique values are never looked up
 * here: the gap of a missing value would stay locked, and two writers that fill the same gap would deadlock.
 */
function lookUpsOf(table: TableName, { constraints }: UnitColumn): readonly string[] {
  const { foreignKeys = [] } = constraints ?? {};
  const isSame = (columns: readonly string[], others: readonly string[]) =>
    columns.map((each, at) => `r.${quoteIdentifier(others[at] ?? each)} = NEW.${quoteIdentifier(each)}`).join(" AND ");
  return [
    ...foreignKeys.map(({ columns, references, referencedColumns }) => {
      const given = columns.map((each) => `NEW.${quoteIdentifier(each)} IS NOT NULL AND `).join("");
      // A row may reference itself before it exists.
      const itself = isSameTable(references, table)
        ? ` AND NOT (${columns.map((each, at) => `NEW.${quoteIdentifier(each)} <=> NEW.${quoteIdentifier(referencedColumns[at] ?? each)}`).join(" AND ")})`
        : "";
      return `${given}NOT EXISTS (SELECT 1 FROM ${quoteTable(references)} r WHERE ${isSame(columns, referencedColumns)})${itself}`;
    }),
  ];
}

function decidedBy({ constraints }: UnitColumn): readonly string[] {
  return [...new Set((constraints?.foreignKeys ?? []).flatMap(({ columns }) => columns))];
}

/** As the column stores it. Rounding a decimal or dropping the time of a date raises notes, which the handler would treat as errors. */
function stored({ type }: UnitColumn, sql: string): string {
  const base = typeInCatalogue(type, "mysql");
  if (/^decimal\(\d+,\d+\)/.test(base)) return `CAST(${closed(sql)} AS ${base.replace(/ (unsigned|zerofill)/g, "")})`;
  if (base === "date") return `CAST(${closed(sql)} AS DATE)`;
  return closed(sql);
}

/** Byte by byte: `a` differs from `A` and from `a `, whatever the collation. */
function same(one: string, other: string): string {
  return `(${one} <=> ${other} AND CAST(${one} AS BINARY) <=> CAST(${other} AS BINARY))`;
}

/** The text for titles and headers. */
export function triggerWords(
  table: TableName,
  columns: readonly UnitColumn[],
  verb: "CREATE" | "DROP",
): readonly string[] {
  return columns
    .filter(({ fill }) => fill !== undefined)
    .flatMap(({ name }) => {
      const { insert, update } = triggerNames(table, name);
      return verb === "CREATE" ? [update, insert] : [insert, update];
    })
    .map(
      (name) =>
        `${verb} TRIGGER ${quoteIdentifier(name)}${verb === "CREATE" ? ` ON ${printable(quoteTable(table))}` : ""}`,
    );
}
