import type { Connection } from "../db/connection.js";
import { refused } from "../db/refused.js";
import { errorCode, isDatabaseError } from "../db/retry.js";
import { inTransaction } from "../db/transaction.js";
import { rowLabel } from "../facts/row-label.js";
import { readTable, type TableFacts, typeOf } from "../facts/table.js";
import type { ScalarType } from "../model/code.js";
import type { Fill } from "../model/fill.js";
import { isSameTable, tableLabel } from "../model/names.js";
import { quoteIdentifier, quoteTable } from "../sql/postgres/quote.js";
import { statedSettings } from "../sql/postgres/stated-settings.js";
import type { OpenWriter } from "./gate.js";
import { notComputed, rowsInDoubt, sample, spelling } from "./rows-in-doubt.js";

/** So many rows from all over the table, and as many of those that are not plain ASCII, where the two languages may differ. */
const maxRows = 10_000;

/**
 * What code computes for new rows is what the database would: a translation is run over rows of the target and compared, because how
 * letters beyond ASCII change their case depends on the database's locale. Where two spellings of one value would meet in a unique
 * key, or a row would never follow its source again, a difference holds the gate; elsewhere it is told.
 */
export default rowsInDoubt(async (step, facts) => {
  const { connection, target, plan, scanTimeoutMs = 600_000 } = facts;
  const name = `"${tableLabel(step.table)}"."${step.column}"`;
  const planned = facts.columns.find((each) => each.name === step.column && isSameTable(each.table, step.table));
  const fill = planned?.fill;
  if (planned === undefined || fill === undefined) throw new Error(`the plan has no fill of ${name}`);
  try {
    const table = await readTable(connection, step.table, Math.min(scanTimeoutMs, 5000));
    if (table === undefined)
      return {
        isOpen: false,
        statement: `"${tableLabel(step.table)}" does not exist on ${target}`,
        help: `Deploy first: ${facts.deploy}`,
      };
    const { translatedValue } = await import("../codemods/translated-value.js");
    const columns = fill.reads.map((read) => ({ name: read, type: scalarOf(typeOf(table, read)) }));
    const foreign = columns.find(({ type }) => type === undefined);
    const compute = await translatedValue(
      fill.sql,
      columns.map(({ name: column, type = "string" }) => ({ name: column, type })),
    );
    if (compute === undefined)
      return {
        isOpen: true,
        statement: `No code was made of ${fill.sql}, so there is nothing to compare for ${name} on ${target}`,
      };
    const read =
      foreign === undefined
        ? await readRows(connection, table, fill, scanTimeoutMs)
        : untold(name, `"${foreign.name}" is of type ${typeOf(table, foreign.name)}, which code may read in any way`);
    const differing = [
      ...read.failed,
      ...read.rows.flatMap(({ row, inputs, value }): OpenWriter[] => {
        if (value === null) return [];
        const own = compute(inputs);
        if (own === undefined || own === null || String(own) === value) return [];
        const reason = `is ${spelling(String(own))} in code and ${spelling(value)} in the database`;
        return [{ file: name, line: 0, what: row, reason }];
      }),
    ];
    const total = read.isWhole
      ? `all ${read.rows.length} rows`
      : `${read.rows.length} of about ${Math.max(table.rowEstimate, read.rows.length)} rows`;
    const seen = `compared ${total}${read.isPartial ? ", and could not look for all that are not plain ASCII in time" : ""}`;
    if (differing.length === 0)
      return { isOpen: true, statement: `Code computes ${fill.sql} for ${name} as ${target} does: ${seen}` };
    const isUnique = planned.uniqueKeys.length > 0;
    const told = (some: readonly OpenWriter[]) =>
      `code may compute ${fill.sql} for ${isUnique ? "the unique " : ""}${name} other than ${target} does: ${sample(some)} (${some.length} differ; ${seen})`;
    if (!isUnique && fill.kind !== "mirror") return { isOpen: true, statement: `Look at this: ${told(differing)}` };
    return {
      rows: differing,
      meant: told,
      otherwise: () =>
        `otherwise take the plan back, and make another with @lockstep.write(<ts>) or another expression: npx lockstep abandon ${plan}`,
    };
  } catch (error) {
    if (errorCode(error) === "57014" || errorCode(error) === "55P03")
      return {
        isOpen: false,
        statement: `${name} on ${target} could not be compared with what code computes within ${scanTimeoutMs / 1000} s`,
        help: "Ask again at a quieter time.",
      };
    throw refused(error, `Comparing what code computes for ${name} with ${connection.label}`);
  }
});

/** What ORMs make of a type of the database; undefined: it is a type of the user's. */
function scalarOf(type: string): ScalarType | undefined {
  const name = type.replace(/^.*\./, "").replace(/\(.*\)/, "");
  return scalars.find(([pattern]) => pattern.test(name))?.[1];
}

const scalars: readonly (readonly [RegExp, ScalarType])[] = [
  [/^(text|character varying|character|citext|uuid)$/, "string"],
  [/^(integer|smallint)$/, "int"],
  [/^bigint$/, "bigint"],
  [/^boolean$/, "boolean"],
  [/^(real|double precision)$/, "float"],
  [/^numeric$/, "decimal"],
  [/^(date|time|timestamp)\b/, "datetime"],
  [/^jsonb?$/, "json"],
  [/^bytea$/, "bytes"],
];

interface Rows {
  readonly rows: readonly ReadRow[];
  readonly isWhole: boolean;
  /** Not all of those were read that the two languages are likely to differ in. */
  readonly isPartial: boolean;
  /** What could not be compared. */
  readonly failed: readonly OpenWriter[];
}

function untold(file: string, why: string): Rows {
  return {
    rows: [],
    isWhole: false,
    isPartial: false,
    failed: [{ file, line: 0, what: "no row", reason: `was compared: ${why}` }],
  };
}

interface ReadRow {
  readonly row: string;
  readonly inputs: readonly (string | null)[];
  readonly value: string | null;
}

async function readRows(connection: Connection, table: TableFacts, fill: Fill, timeoutMs: number): Promise<Rows> {
  const inputs = fill.reads.map((name) => `${quoteIdentifier(name)}::text`);
  const select = `SELECT ${rowLabel(table)} AS row, ARRAY[${inputs.join(", ")}] AS inputs, (${fill.rowSql}\n)::text AS value FROM ${quoteTable(table)}`;
  const share = (maxRows * 100) / Math.max(table.rowEstimate, 1);
  const spread = share >= 100 ? "" : ` TABLESAMPLE SYSTEM (${share})`;
  const beyond = inputs.map((input) => `${input} COLLATE "C" ~ '[^ -~]'`).join(" OR ");
  const settings = { ...statedSettings, statement_timeout: timeoutMs, row_security: "off" };
  const rows = new Map<string, ReadRow>();
  const failed: OpenWriter[] = [];
  const read = async (sql: string) => {
    try {
      const { rows: found } = await inTransaction(connection, { isReadOnly: true, settings }, () =>
        connection.query<ReadRow>(`${sql} LIMIT ${maxRows}`),
      );
      for (const each of found) rows.set(each.row, each);
      return found.length < maxRows;
    } catch (error) {
      const row = notComputed(error, `"${tableLabel(table)}"`);
      if (row === undefined) throw error;
      failed.push(row);
      return false;
    }
  };
  const isWhole = await read(`${select}${spread}`);
  let isPartial = false;
  if (spread !== "" || !isWhole) {
    try {
      isPartial = !(await read(`${select} WHERE ${beyond}`));
    } catch (error) {
      if (!isDatabaseError(error) || error.code !== "57014") throw error;
      isPartial = true;
    }
  }
  return { rows: [...rows.values()], isWhole: isWhole && spread === "", isPartial, failed };
}
