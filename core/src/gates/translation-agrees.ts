import { parseAnnotations } from "../config/annotations.js";
import type { Connection } from "../dialect/connection.js";
import { isDatabaseError } from "../dialect/db/retry.js";
import type { EvaluatedRow, Selection } from "../dialect/rows.js";
import { type TableFacts, typeOf } from "../dialect/table.js";
import { uncompared } from "../model/code.js";
import type { Fill } from "../model/fill.js";
import { isSameTable, tableLabel } from "../model/names.js";
import type { GateAbout, GateFacts, OpenWriter } from "./gate.js";
import { type FilledColumn, notComputed, rowsInDoubt, sample, spelling } from "./rows-in-doubt.js";

/** The sample size: rows from the whole table, and as many rows with non-ASCII text, where the two languages may differ. */
const maxRows = 10_000;

const about: GateAbout = {
  before: "switch",
  opens:
    "the generated code computes the same value as the database, on up to 20,000 rows. A difference closes the gate for unique columns and mirrors only",
  page: "[Code and database](annotations.md#code-and-database)",
  command: "next",
};

/**
 * The code computes the same values for new rows as the database: runs the translation for rows of the target and compares the results,
 * because the case of non-ASCII letters depends on the database's locale. A difference closes the gate if two spellings of a value would
 * collide in a unique key, or if a row would stop following its source. Other differences are only reported.
 */
export default rowsInDoubt(about, "what code computes", async ({ name, column, table, timeoutMs }, facts) => {
  const { connection, target, plan, isWithoutValues = false } = facts;
  const { fill } = column;
  const isUnique = column.uniqueKeys.length > 0;
  const holds = isUnique || fill.kind === "mirror";
  const otherwise = () =>
    `otherwise take the plan back, and make another with @lockstep.write(<ts>) or another expression: npx lockstep abandon ${plan}`;
  const why = await whyNotCompared(column, facts);
  if (why !== undefined && !holds)
    return { isOpen: true, statement: `Check this: Lockstep did not compare ${name} on ${target}, because ${why}` };
  if (why !== undefined)
    return {
      rows: [{ file: name, line: 0, what: "no row", reason: `was compared, because ${why}`, id: "not-compared" }],
      meant: () => `code stores for ${name} what ${target} computes. Lockstep did not compare them, because ${why}`,
      otherwise,
    };
  const { translatedValue } = await import("../code/values/translated-value.js");
  const inputs = fill.reads.map((read) => ({
    name: read,
    type: connection.dialect.live.rows.scalarOf(typeOf(table, read)),
  }));
  const compute = await translatedValue(
    fill.sql,
    inputs.map(({ name: input, type = "string" }) => ({ name: input, type })),
    connection.dialect.id,
  );
  if (compute === undefined)
    return {
      isOpen: true,
      statement: `No code was made of ${fill.sql}, so there is nothing to compare for ${name} on ${target}`,
    };
  const foreign = inputs.find(({ type }) => type === undefined);
  const read =
    foreign === undefined
      ? await readRows(connection, table, fill, { timeoutMs, isWithoutValues })
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
      const reason = isWithoutValues
        ? "differs"
        : `is ${spelling(own)} in code and ${value === null ? "NULL" : spelling(value)} in the database`;
      return [{ file: name, line: 0, what: row, reason, id: JSON.stringify([row, own, value]) }];
    }),
  ];
  const total =
    read.isWhole && compared.length === read.rows.length
      ? `all ${compared.length} rows`
      : `${compared.length} of ${read.isWhole ? read.rows.length : `about ${Math.max(table.rowEstimate, read.rows.length)}`} rows${compared.length < read.rows.length ? ", those for which code computes a value" : ""}`;
  const seen = `compared ${total}${read.isPartial ? ", and could not look for all that are not plain ASCII in time" : ""}`;
  if (differing.length === 0 && read.isCutShort && holds)
    return {
      rows: [
        {
          file: name,
          line: 0,
          what: "rows that are not plain ASCII",
          reason: "could not be looked for in time",
          id: "not-looked-for",
        },
      ],
      meant: () => `code computes ${fill.sql} for ${name} for the rows of ${target} that were checked: ${seen}`,
      otherwise: () => `otherwise ask again when the database has more time to spare`,
    };
  if (differing.length === 0)
    return {
      isOpen: true,
      statement:
        compared.length === 0 && read.rows.length > 0
          ? `Code computes ${fill.sql} for ${name} of no row that was read on ${target}, so nothing was compared`
          : `Code computes ${fill.sql} for ${name} as ${target} does: ${seen}`,
    };
  const told = (some: readonly OpenWriter[]) =>
    `code may compute ${fill.sql} for ${isUnique ? "the unique " : ""}${name} other than ${target} does: ${sample(some)} (${some.length} differ; ${seen})`;
  if (!holds) return { isOpen: true, statement: `Check this: ${told(differing)}` };
  return {
    rows: differing,
    meant: told,
    otherwise,
  };
});

/**
 * Why the value that code stores is not the one that was translated; undefined if it is. The models may have changed since the plan was
 * made.
 */
async function whyNotCompared(
  { table, name, fill }: FilledColumn,
  { readModels }: GateFacts,
): Promise<string | undefined> {
  const models = (await readModels?.()) ?? [];
  const named = [name, ...fill.reads];
  for (const { name: model, fields } of models.filter((each) => isSameTable(each.table, table))) {
    const field = fields.find(({ column }) => column === name);
    if (field === undefined) continue;
    if (parseAnnotations(field.documentation, { file: model, line: 1 }).write !== undefined)
      return "@lockstep.write gives the value in code";
    const converted = uncompared(fields.filter(({ column }) => named.includes(column)));
    const unknown = fill.reads.find((read) => fields.every(({ column }) => column !== read));
    if (unknown !== undefined) return `${model} declares no field for "${unknown}"`;
    if (converted !== undefined) return `${converted.conversion?.by} converts ${converted.name}`;
  }
  return undefined;
}

interface Rows {
  readonly rows: readonly EvaluatedRow[];
  readonly isWhole: boolean;
  /** Not all rows were read in which the two languages are likely to differ. */
  readonly isPartial: boolean;
  /** The time was too short to search for those rows. */
  readonly isCutShort: boolean;
  /** Rows that could not be compared. */
  readonly failed: readonly OpenWriter[];
}

function untold(file: string, why: string): Rows {
  return {
    rows: [],
    isWhole: false,
    isPartial: false,
    isCutShort: false,
    failed: [{ file, line: 0, what: "no row", reason: `was compared: ${why}`, id: "not-compared" }],
  };
}

async function readRows(
  connection: Connection,
  table: TableFacts,
  fill: Fill,
  { timeoutMs, isWithoutValues }: { readonly timeoutMs: number; readonly isWithoutValues: boolean },
): Promise<Rows> {
  const rows = new Map<string, EvaluatedRow>();
  const failed: OpenWriter[] = [];
  const read = async (which: Selection["which"]) => {
    try {
      const selection = { which, limit: maxRows, timeoutMs };
      const found = await connection.dialect.live.rows.evaluated(connection, table, fill, selection);
      for (const each of found.rows) rows.set(each.row, each);
      return found.isWhole;
    } catch (error) {
      const row = notComputed(error, `"${tableLabel(table)}"`, isWithoutValues);
      if (row === undefined) throw error;
      failed.push(row);
      return false;
    }
  };
  const isWhole = await read("spread");
  let isPartial = false;
  let isCutShort = false;
  if (!isWhole) {
    try {
      isPartial = !(await read("beyond-ascii"));
    } catch (error) {
      if (!isDatabaseError(error) || error.code !== "57014") throw error;
      isPartial = true;
      isCutShort = true;
    }
  }
  return { rows: [...rows.values()], isWhole, isPartial, isCutShort, failed };
}
