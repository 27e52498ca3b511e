import type { Dialect } from "../dialect/dialect.js";
import type { DifferingRow } from "../dialect/rows.js";
import type { TableFacts } from "../dialect/table.js";
import { tableLabel } from "../model/names.js";
import type { GateAbout, OpenWriter } from "./gate.js";
import { type FilledColumn, rowsInDoubt, sample, spelling } from "./rows-in-doubt.js";

/** Up to this many differing rows are reported and confirmed one by one; more of them together. */
const maxRows = 10_000;

const about: GateAbout = {
  before: "switch, contract",
  opens: "every row of a mirror has the value of its source, or a value that you confirmed",
  command: "next",
};

/**
 * Every row of a mirror has the value of its source, or one that code chose and a person has confirmed. The database compares them in one
 * statement, so in one snapshot, in which each row has the source and the value that were written together. The trigger handles rows
 * written during the check. Values that code writes from switch on are compared again before contract.
 */
export default rowsInDoubt(
  about,
  "its source",
  async ({ name, column, table, timeoutMs }, { connection, target, isWithoutValues = false }) => {
    // Contract has run: the mirror ends, and code may write any value.
    if (table.columns.find((each) => each.name === column.name)?.isNullable === false)
      return { isOpen: true, statement: `${name} is NOT NULL on ${target}` };
    const { sql } = column.fill;
    const { dialect } = connection;
    const options = { limit: maxRows + 1, timeoutMs };
    const { rows: found, fails, untried } = await dialect.live.rows.differing(connection, table, column, options);
    if (untried !== undefined)
      return {
        isOpen: false,
        statement: `${name} on ${target} could not be compared with its source: ${sql} fails for some row${isWithoutValues ? "" : ` (${fails})`}, and row by row it could not be tried (${untried.why})`,
        help: untried.help,
      };
    if (found.length === 0)
      return { isOpen: true, statement: `Every value of ${name} on ${target} is that of its source, ${sql}` };
    return {
      rows: found.map((row) => doubtful(`"${tableLabel(table)}"."${column.name}"`, row, isWithoutValues)),
      meant: (some) =>
        `code chose ${some.length > maxRows ? `more than ${maxRows}` : some.length} ${some.length === 1 ? "value" : "values"} of ${name} other than ${sql}: ${sample(some)}`,
      otherwise: (some, hasConfirmed) =>
        `to have them follow their source again, on ${target}: ${follow(dialect, table, column, hasConfirmed || fails !== undefined ? some : undefined)}`,
    };
  },
);

/** A differing row, for reports and confirmations. */
function doubtful(file: string, { row, has, source }: DifferingRow, isWithoutValues: boolean): OpenWriter {
  return {
    file,
    line: 0,
    what: row,
    reason: isWithoutValues
      ? "has another value"
      : `has ${spelling(has)} instead of ${source === null ? "NULL" : spelling(source)}`,
    id: JSON.stringify([row, has, source]),
  };
}

/** The command that returns rows to the trigger. @param only these rows; undefined: all that differ */
function follow(
  { live: { rows } }: Dialect,
  table: TableFacts,
  mirror: FilledColumn,
  only: readonly OpenWriter[] | undefined,
): string {
  const labels = only?.slice(0, 20).map(({ what }) => what);
  const isPart = only !== undefined && only.length > (labels?.length ?? 0);
  return `${rows.follow(table, mirror, labels)}${isPart ? ", and ask again for the rest" : ""}`;
}
