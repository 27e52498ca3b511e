import { isDatabaseError } from "../db/retry.js";
import { inTransaction } from "../db/transaction.js";
import type { Connection } from "../dialects/connection.js";
import { type TableFacts, typeOf } from "../dialects/table.js";
import { rowLabel, rowOrder } from "../facts/row-label.js";
import type { ScalarType } from "../model/code.js";
import type { Fill } from "../model/fill.js";
import { tableLabel } from "../model/names.js";
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
export default rowsInDoubt("what code computes", async ({ name, column, table, timeoutMs }, facts) => {
  const { connection, target, plan } = facts;
  const { fill } = column;
  const { translatedValue } = await import("../codemods/values/translated-value.js");
  const inputs = fill.reads.map((read) => ({ name: read, type: scalarOf(typeOf(table, read)) }));
  const compute = await translatedValue(
    fill.sql,
    inputs.map(({ name: input, type = "string" }) => ({ name: input, type })),
  );
  if (compute === undefined)
    return {
      isOpen: true,
      statement: `No code was made of ${fill.sql}, so there is nothing to compare for ${name} on ${target}`,
    };
  const foreign = inputs.find(({ type }) => type === undefined);
  const read =
    foreign === undefined
      ? await readRows(connection, table, fill, timeoutMs)
      : untold(name, `"${foreign.name}" is of type ${typeOf(table, foreign.name)}, which code may read in any way`);
  const compared = read.rows.flatMap((row) => {
    const own = compute(row.inputs);
    // Code leaves such a row to the trigger.
    return own === undefined || own === null ? [] : [{ ...row, own: String(own) }];
  });
  const differing = [
    ...read.failed,
    ...compared.flatMap(({ row, value, own }): OpenWriter[] => {
      if (own === value) return [];
      const reason = `is ${spelling(own)} in code and ${value === null ? "NULL" : spelling(value)} in the database`;
      return [{ file: name, line: 0, what: row, reason, id: JSON.stringify([row, own, value]) }];
    }),
  ];
  const total =
    read.isWhole && compared.length === read.rows.length
      ? `all ${compared.length} rows`
      : `${compared.length} of ${read.isWhole ? read.rows.length : `about ${Math.max(table.rowEstimate, read.rows.length)}`} rows${compared.length < read.rows.length ? ", those for which code computes a value" : ""}`;
  const seen = `compared ${total}${read.isPartial ? ", and could not look for all that are not plain ASCII in time" : ""}`;
  if (differing.length === 0)
    return {
      isOpen: true,
      statement:
        compared.length === 0 && read.rows.length > 0
          ? `Code computes ${fill.sql} for ${name} of no row that was read on ${target}, so nothing was compared`
          : `Code computes ${fill.sql} for ${name} as ${target} does: ${seen}`,
    };
  const isUnique = column.uniqueKeys.length > 0;
  const told = (some: readonly OpenWriter[]) =>
    `code may compute ${fill.sql} for ${isUnique ? "the unique " : ""}${name} other than ${target} does: ${sample(some)} (${some.length} differ; ${seen})`;
  if (!isUnique && fill.kind !== "mirror") return { isOpen: true, statement: `Look at this: ${told(differing)}` };
  return {
    rows: differing,
    meant: told,
    otherwise: () =>
      `otherwise take the plan back, and make another with @lockstep.write(<ts>) or another expression: npx lockstep abandon ${plan}`,
  };
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
    failed: [{ file, line: 0, what: "no row", reason: `was compared: ${why}`, id: "not-compared" }],
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
  const spread = share >= 100 ? "" : ` TABLESAMPLE SYSTEM (${share}) REPEATABLE (1)`;
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
      isPartial = !(await read(`${select} WHERE ${beyond} ORDER BY ${rowOrder(table)}`));
    } catch (error) {
      if (!isDatabaseError(error) || error.code !== "57014") throw error;
      isPartial = true;
    }
  }
  return { rows: [...rows.values()], isWhole: isWhole && spread === "", isPartial, failed };
}
