import { problem, warning } from "../dialect/check.js";
import type { Connection } from "../dialect/connection.js";
import type { FilledColumn, Leftovers } from "../dialect/leftovers.js";
import { tableLabel } from "../model/names.js";
import { qualified, quoteIdentifier, triggerNames } from "./quote.js";
import { readPair } from "./trigger-order.js";
import { fillTriggers } from "./units/fill-trigger.js";
import { statementsOfProgram } from "./units/frame.js";

/**
 * For MySQL and MariaDB. DDL is atomic, even if a rebuild is killed: no index is invalid, and no check remains. Leftovers come from units
 * with several statements: a pair of triggers, and the procedure that MySQL needs for a unit.
 */
export const leftovers: Leftovers = {
  async find(connection) {
    const triggers = await connection.query<{ name: string; of: string }>(triggersSql);
    const left = triggers.rows.map(({ name, of }) => ({
      kind: "scaffold" as const,
      name,
      finding: problem(`the trigger \`${name}\` on "${of}" belongs to no open plan`, {
        why: "It still changes rows that the application writes.",
        next: `DROP TRIGGER ${quoteIdentifier(name)}`,
      }),
    }));
    const procedures = (await proceduresOf(connection)).map((name) => ({
      kind: "scaffold" as const,
      name,
      finding: warning(`the procedure \`${name}\` belongs to a unit that was killed or is running`, {
        next: `DROP PROCEDURE ${quoteIdentifier(name)}`,
      }),
    }));
    return [...left, ...procedures];
  },
  scaffolding: (table, column) => Object.values(triggerNames(table, column)),

  leftCheck: async () => undefined,

  async triggerOf(connection, { table, column }) {
    const { texts } = await readPair(connection, table, column.name, []);
    const { id } = connection.dialect;
    const own = fillTriggers(table, column, id === "mariadb" ? id : "mysql");
    if (texts.length === 0) return "missing";
    return texts.every((text) => own.some((each) => each.text.endsWith(text))) ? "plan" : "other";
  },

  async fillTrigger(connection, filled) {
    const { table, column } = filled;
    const { insert, update } = triggerNames(table, column.name);
    const { rows } = await connection.query(columnSql, [table.schema ?? null, table.name, column.name]);
    const isThere = rows.length > 0;
    const setsOrReads = [column.name, ...(column.fill?.reads ?? [])];
    const { found, overriddenBy } = await readPair(connection, table, column.name, setsOrReads);
    const name = `"${tableLabel(table)}"."${column.name}"`;
    if (!isThere)
      return found.length === 0
        ? undefined
        : {
            what: `${name} was dropped, but its triggers were not (${found.join(", ")}): every INSERT into "${tableLabel(table)}" fails.`,
            action: "drop them",
            async fix() {
              for (const each of found)
                await connection.query(`DROP TRIGGER IF EXISTS ${qualified(table.schema, each)}`);
              return `rows can be inserted into "${tableLabel(table)}" again`;
            },
          };
    const missing = [insert, update].filter((each) => !found.includes(each));
    if (missing.length === 0 && overriddenBy === undefined) return undefined;
    if (missing.length === 0)
      return {
        what: `The trigger "${overriddenBy}" runs after the fill triggers of ${name}, and sets it or a column that they read.`,
        action: "recreate the fill triggers, so that they run last",
        fix: () => restore(connection, filled),
      };
    const effect = missing.includes(insert)
      ? `they no longer fill ${name} in new rows`
      : `an UPDATE can remove ${name} again`;
    return {
      what: `The ${missing.length === 1 ? "trigger" : "triggers"} ${missing.map((each) => `"${each}"`).join(" and ")} of a pair ${missing.length === 1 ? "is" : "are"} missing: ${effect}.`,
      action: "recreate both",
      fix: () => restore(connection, filled),
    };
  },

  async others(connection, running) {
    const names = await proceduresOf(connection);
    if (names.length === 0) return [];
    const what = `A unit that was killed left ${names.map((name) => `the procedure \`${name}\``).join(", ")}, which nothing calls any more.`;
    if (running !== undefined)
      return [{ what, action: `session ${running} is running migrations, possibly this one: wait until it ends` }];
    return [
      {
        what,
        action: "drop it",
        async fix() {
          for (const name of names) await connection.query(`DROP PROCEDURE IF EXISTS ${quoteIdentifier(name)}`);
          return `${names.join(", ")} ${names.length === 1 ? "was" : "were"} dropped`;
        },
      },
    ];
  },

  async index(connection, { table, index }) {
    const { rows } = await connection.query<{ column: string | null; other: number | string }>(
      "SELECT COLUMN_NAME AS `column`, NON_UNIQUE AS other FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? AND INDEX_NAME = ? ORDER BY SEQ_IN_INDEX",
      [table.schema ?? null, table.name, index.name],
    );
    const [first] = rows;
    if (first === undefined) return { kind: "missing" };
    const isSame =
      (Number(first.other) === 0) === index.isUnique &&
      rows.length === index.columns.length &&
      rows.every(({ column }, at) => column?.toLowerCase() === index.columns[at]?.toLowerCase());
    return { kind: isSame ? "valid" : "other" };
  },
};

async function restore(connection: Connection, { plan, table, column }: FilledColumn): Promise<string> {
  const { id } = connection.dialect;
  const server = id === "mariadb" ? id : "mysql";
  const program = { tables: [table] as const, triggers: fillTriggers(table, column, server) };
  for (const statement of statementsOfProgram(program, { plan, server })) await connection.query(statement);
  return `the triggers of "${tableLabel(table)}"."${column.name}" fill rows again. To fill rows written meanwhile: npx lockstep backfill run ${plan}`;
}

async function proceduresOf(connection: Connection): Promise<readonly string[]> {
  const { rows } = await connection.query<{ name: string }>(
    "SELECT ROUTINE_NAME AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE() AND ROUTINE_TYPE = 'PROCEDURE' AND ROUTINE_NAME REGEXP '^lockstep_[0-9a-f]{8}$' ORDER BY ROUTINE_NAME",
  );
  return rows.map(({ name }) => name);
}

const triggersSql = `SELECT TRIGGER_NAME AS name, EVENT_OBJECT_TABLE AS \`of\` FROM information_schema.TRIGGERS
  WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME LIKE 'zz\\_lockstep\\_%' ORDER BY TRIGGER_NAME`;

const columnSql =
  "SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = COALESCE(?, DATABASE()) AND TABLE_NAME = ? AND COLUMN_NAME = ?";
