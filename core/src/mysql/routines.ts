import { named, patternOf } from "../base/pattern-of.js";
import type { Connection } from "../dialect/connection.js";
import { longestBody, mostRoutines, type Routine, type RoutineTrigger } from "../dialect/system-catalog.js";
import type { TableName } from "../model/names.js";
import { quoteIdentifier } from "./quote.js";

/** The triggers of a table with all that they call, and the routines, events, views and other triggers that name the table. */
export async function routinesOf(connection: Connection, tables: readonly TableName[]): Promise<readonly Routine[]> {
  const found: Routine[] = [];
  for (const { schema = null, name } of tables) {
    const { rows } = await connection.query<TextRow>(textsSql, [schema, name, schema, schema, schema, schema]);
    found.push(...usersOf({ ...(schema === null ? {} : { schema }), name }, rows));
  }
  return found
    .toSorted((a, b) => Number(a.triggers.length === 0) - Number(b.triggers.length === 0))
    .slice(0, mostRoutines);
}

interface TextRow {
  readonly kind: string;
  readonly schema: string;
  readonly name: string;
  readonly on: string | null;
  readonly isOwn: number;
  readonly timing: RoutineTrigger["timing"] | null;
  readonly event: RoutineTrigger["events"][number] | null;
  readonly returns: string | null;
  readonly body: string;
}

function usersOf(table: TableName, rows: readonly TextRow[]): readonly Routine[] {
  const runBy = new Map<TextRow, RoutineTrigger[]>();
  for (const row of rows.filter(({ isOwn }) => Number(isOwn) === 1)) {
    const trigger = triggerOf(row);
    const run = new Set([row]);
    for (const { body } of run) for (const each of rows) if (isCalled(each, body)) run.add(each);
    for (const each of run) runBy.set(each, [...(runBy.get(each) ?? []), trigger]);
  }
  const isNamed = named(table.name);
  return rows.flatMap((row) => {
    const triggers = runBy.get(row) ?? [];
    if (triggers.length === 0 && !isNamed.test(row.body)) return [];
    const { schema, name, body, returns } = row;
    const kind = row.kind.toLowerCase() as Routine["kind"];
    const facts = { schema, name, language: "sql", body, arguments: "", returns: returns ?? "" };
    return [{ what: labelOf(row), kind, ...facts, table, triggers, remove: removeOf(row) }];
  });
}

function isCalled({ kind, name }: TextRow, body: string): boolean {
  if (kind !== "FUNCTION" && kind !== "PROCEDURE") return false;
  const [before, after] =
    kind === "FUNCTION" ? ["(?<![\\w$])", "\\s*\\("] : ["\\bCALL\\s+(?:[^\\s(;]+\\s*\\.\\s*)?", "(?![\\w$])"];
  return new RegExp(`${before}\`?${patternOf(name)}\`?${after}`, "i").test(body);
}

function triggerOf(row: TextRow): RoutineTrigger {
  const { name, timing, event, on, body } = row;
  const definition = `CREATE TRIGGER ${quoteIdentifier(name)} ${timing} ${event} ON ${quoteIdentifier(on ?? "")} FOR EACH ROW ${body}`;
  const facts = { what: labelOf(row), name, definition, remove: removeOf(row), isPerRow: true, columns: [] };
  return { ...facts, timing: timing ?? "AFTER", events: event === null ? [] : [event] };
}

function labelOf({ kind, name, on }: TextRow): string {
  return `${kind.toLowerCase()} ${quoteIdentifier(name)}${on === null ? "" : ` on ${quoteIdentifier(on)}`}`;
}

function removeOf({ kind, name }: TextRow): string {
  return `DROP ${kind} ${quoteIdentifier(name)}`;
}

/** Objects of the table's schema. The servers return no text that the role cannot read. */
const textsSql = `
  SELECT kind, \`schema\`, name, \`on\`, isOwn, timing, event, returns, LEFT(COALESCE(body, ''), ${longestBody}) AS body FROM (
  SELECT 'TRIGGER' AS kind, TRIGGER_SCHEMA AS \`schema\`, TRIGGER_NAME AS name, EVENT_OBJECT_TABLE AS \`on\`,
         EVENT_OBJECT_SCHEMA = COALESCE(?, DATABASE()) AND EVENT_OBJECT_TABLE = ? AS isOwn,
         ACTION_TIMING AS timing, EVENT_MANIPULATION AS event, NULL AS returns, ACTION_STATEMENT AS body
    FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = COALESCE(?, DATABASE()) AND TRIGGER_NAME NOT LIKE 'zz\\_lockstep\\_%'
  UNION ALL SELECT ROUTINE_TYPE, ROUTINE_SCHEMA, ROUTINE_NAME, NULL, 0, NULL, NULL, DTD_IDENTIFIER, ROUTINE_DEFINITION
    FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = COALESCE(?, DATABASE()) AND ROUTINE_NAME NOT REGEXP '^lockstep_[0-9a-f]{8}$'
  UNION ALL SELECT 'EVENT', EVENT_SCHEMA, EVENT_NAME, NULL, 0, NULL, NULL, NULL, EVENT_DEFINITION
    FROM information_schema.EVENTS WHERE EVENT_SCHEMA = COALESCE(?, DATABASE())
  UNION ALL SELECT 'VIEW', TABLE_SCHEMA, TABLE_NAME, NULL, 0, NULL, NULL, NULL, VIEW_DEFINITION
    FROM information_schema.VIEWS WHERE TABLE_SCHEMA = COALESCE(?, DATABASE())
  ) texts ORDER BY isOwn DESC, kind, name LIMIT ${mostRoutines * 5}`;
