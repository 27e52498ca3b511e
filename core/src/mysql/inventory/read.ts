import type { Inventory, Part } from "../../dialect/inventory.js";
import { printedExpression } from "../printed-expression.js";
import { quoteIdentifier } from "../quote.js";
import { hashOf, isExpressionDefault, type Row, textOf, withoutDatabase } from "./normalize.js";
import { checkOf, columnOf, foreignKeyOf, indexOf, optionsOf, primaryKeyOf, triggerOf } from "./table-parts.js";

export type Ask = (sql: string, values: readonly unknown[]) => Promise<readonly Row[]>;

/**
 * Reads the catalog of one database, view by view from information_schema. Selects all columns, because they depend on the version. Leaves
 * out statistics, comments, next sequence numbers and definers.
 *
 * @returns `isHidden`: the account cannot see the body of a routine
 */
export async function readInventory(
  ask: Ask,
  database: string,
): Promise<{ readonly inventory: Inventory; readonly isHidden: boolean }> {
  const isMariadb = /mariadb/i.test(String((await ask("SELECT VERSION() AS version", []))[0]?.version));
  const neutral = (row: Row): Row =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => {
        if (typeof value !== "string" || !texts.has(key)) return [key, value];
        const isExpression = key === "COLUMN_DEFAULT" ? isExpressionDefault(row) : expressions.has(key);
        const text = isExpression ? printedExpression(value, isMariadb ? "mariadb" : "mysql") : value;
        return [key, withoutDatabase(text, database)];
      }),
    );
  const view = async (name: string, schema: string, order: string) =>
    (await ask(`SELECT * FROM information_schema.${name} WHERE ${schema} = ? ORDER BY ${order}`, [database])).map(
      neutral,
    );
  const all = await view("TABLES", "TABLE_SCHEMA", "TABLE_NAME");
  const columns = groups(await view("COLUMNS", "TABLE_SCHEMA", "TABLE_NAME, ORDINAL_POSITION"), ofTable);
  const uses = await view("TABLE_CONSTRAINTS", "TABLE_SCHEMA", "TABLE_NAME, CONSTRAINT_NAME");
  const keys = groups(await view("KEY_COLUMN_USAGE", "TABLE_SCHEMA", "TABLE_NAME, ORDINAL_POSITION"), ofTable);
  const rules = groups(await view("REFERENTIAL_CONSTRAINTS", "CONSTRAINT_SCHEMA", "CONSTRAINT_NAME"), ofTable);
  const checks = await checksOf(view, uses);
  const indexes = groups(await view("STATISTICS", "TABLE_SCHEMA", "TABLE_NAME, SEQ_IN_INDEX"), ofTable);
  const triggers = groups(await view("TRIGGERS", "TRIGGER_SCHEMA", "TRIGGER_NAME"), (row) => row.EVENT_OBJECT_TABLE);
  const partitions = groups(await view("PARTITIONS", "TABLE_SCHEMA", "PARTITION_NAME"), ofTable);
  const routines = await view("ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME");
  const inputs = groups(await view("PARAMETERS", "SPECIFIC_SCHEMA", "ORDINAL_POSITION"), routineKey);

  const tables = all.filter(({ TABLE_TYPE: type }) => type === "BASE TABLE" || type === "SYSTEM VERSIONED");
  return {
    isHidden: routines.some(({ ROUTINE_DEFINITION: body }) => body === null),
    inventory: {
      schemas: [],
      extensions: [],
      tables: tables.map((table) => {
        const name = String(table.TABLE_NAME);
        const own = groups(indexes.get(name) ?? [], (row) => row.INDEX_NAME);
        const foreignKeys = foreignKeysOf(keys.get(name) ?? [], rules.get(name) ?? []);
        const primary = own.get("PRIMARY");
        const partition = partitions.get(name)?.find(({ PARTITION_NAME: each }) => textOf(each) !== null);
        return {
          name: quoteIdentifier(name),
          label: name,
          kind: table.TABLE_TYPE === "SYSTEM VERSIONED" ? "versioned" : "r",
          options: optionsOf(table, partition),
          columns: (columns.get(name) ?? []).map((column) => columnOf(column, table, isMariadb)),
          constraints: byName([
            ...(primary === undefined ? [] : [primaryKeyOf(primary)]),
            ...foreignKeys,
            ...(checks.get(name) ?? []),
          ]),
          indexes: byName([...own].flatMap(([key, parts]) => (key === "PRIMARY" ? [] : [indexOf(parts, foreignKeys)]))),
          triggers: byName((triggers.get(name) ?? []).map(triggerOf)),
          policies: [],
        };
      }),
      views: (await view("VIEWS", "TABLE_SCHEMA", "TABLE_NAME")).map(viewOf),
      functions: byName(routines.map((routine) => routineOf(routine, inputs.get(routineKey(routine)) ?? []))),
      types: [],
      sequences: await sequencesOf(ask, all),
      events: (await view("EVENTS", "EVENT_SCHEMA", "EVENT_NAME")).map(eventOf),
    },
  };
}

/** Columns that contain SQL and so may contain the database name. */
const texts = new Set([
  "COLUMN_DEFAULT",
  "GENERATION_EXPRESSION",
  "CHECK_CLAUSE",
  "EXPRESSION",
  "PARTITION_EXPRESSION",
  "SUBPARTITION_EXPRESSION",
  "VIEW_DEFINITION",
]);

/** The columns of these that always hold an expression. */
const expressions = new Set(["GENERATION_EXPRESSION", "CHECK_CLAUSE", "EXPRESSION"]);

/** A function and a procedure can have the same name. */
const routineKey = (row: Row) => `${row.ROUTINE_TYPE} ${row.SPECIFIC_NAME}`;
const ofTable = (row: Row) => row.TABLE_NAME;

function groups(rows: readonly Row[], by: (row: Row) => unknown): ReadonlyMap<string, readonly Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const key = String(by(row));
    const known = found.get(key);
    if (known === undefined) found.set(key, [row]);
    else known.push(row);
  }
  return found;
}

/** Not sorted by the database, whose order depends on its collation. */
function byName(parts: readonly Part[]): readonly Part[] {
  return [...parts].sort((one, other) => (String(one.name) < String(other.name) ? -1 : 1));
}

function foreignKeysOf(keys: readonly Row[], rules: readonly Row[]): readonly Part[] {
  const columns = groups(keys, (row) => row.CONSTRAINT_NAME);
  return rules.map((rule) => foreignKeyOf(columns.get(String(rule.CONSTRAINT_NAME)) ?? [], rule));
}

/** MySQL's checks do not name their table, but their names are unique in the database. */
async function checksOf(
  view: (name: string, schema: string, order: string) => Promise<readonly Row[]>,
  uses: readonly Row[],
): Promise<ReadonlyMap<string, readonly Part[]>> {
  const own = uses.filter(({ CONSTRAINT_TYPE: type }) => type === "CHECK");
  if (own.length === 0) return new Map();
  const found = new Map<string, Part[]>();
  for (const check of await view("CHECK_CONSTRAINTS", "CONSTRAINT_SCHEMA", "CONSTRAINT_NAME")) {
    const use = own.find(
      (each) =>
        each.CONSTRAINT_NAME === check.CONSTRAINT_NAME &&
        (check.TABLE_NAME === undefined || each.TABLE_NAME === check.TABLE_NAME),
    );
    const table = String(check.TABLE_NAME ?? use?.TABLE_NAME);
    found.set(table, [...(found.get(table) ?? []), checkOf(check, use)]);
  }
  return found;
}

function viewOf(view: Row): Part {
  const name = String(view.TABLE_NAME);
  const check = view.CHECK_OPTION === "NONE" ? "" : ` WITH ${view.CHECK_OPTION} CHECK OPTION`;
  return {
    name: quoteIdentifier(name),
    label: name,
    kind: `SQL SECURITY ${view.SECURITY_TYPE}`,
    definition: `${view.VIEW_DEFINITION}${check}`,
  };
}

function routineOf(routine: Row, inputs: readonly Row[]): Part {
  const name = String(routine.ROUTINE_NAME);
  const isFunction = routine.ROUTINE_TYPE === "FUNCTION";
  return {
    // A function and a procedure can have the same name.
    name: isFunction ? name : `${name} (${String(routine.ROUTINE_TYPE).toLowerCase()})`,
    kind: routine.ROUTINE_TYPE,
    definition: hashOf(
      ...inputs.map((each) => `${each.PARAMETER_MODE ?? ""} ${each.PARAMETER_NAME ?? ""} ${each.DTD_IDENTIFIER}`),
      routine.ROUTINE_DEFINITION,
      [routine.IS_DETERMINISTIC, routine.SQL_DATA_ACCESS, routine.SECURITY_TYPE].join(" "),
    ),
  };
}

function eventOf(event: Row): Part {
  const when =
    textOf(event.EXECUTE_AT) === null
      ? `EVERY ${event.INTERVAL_VALUE} ${event.INTERVAL_FIELD}`
      : `AT ${event.EXECUTE_AT}`;
  return {
    name: event.EVENT_NAME,
    schedule: `${when}${event.ON_COMPLETION === "PRESERVE" ? " PRESERVE" : ""}`,
    enabled: event.STATUS === "ENABLED" ? "O" : "D",
    definition: hashOf(event.EVENT_DEFINITION),
  };
}

/** Queries each sequence itself, because older versions have no view of sequences. */
async function sequencesOf(ask: Ask, tables: readonly Row[]): Promise<readonly Part[]> {
  const found: Part[] = [];
  for (const { TABLE_TYPE: type, TABLE_NAME: name } of tables) {
    if (type !== "SEQUENCE") continue;
    const [row = {}] = await ask(
      `SELECT CONCAT(start_value) AS start, CONCAT(increment) AS increment, CONCAT(minimum_value) AS min, CONCAT(maximum_value) AS max,
              CONCAT(cache_size) AS cache, cycle_option <> 0 AS cycle FROM ${quoteIdentifier(String(name))}`,
      [],
    );
    found.push({ name: quoteIdentifier(String(name)), label: name, ...row, cycle: Number(row.cycle) === 1 });
  }
  return found;
}
