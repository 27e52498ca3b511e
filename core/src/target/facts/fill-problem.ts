import type { ErrorCode } from "../../base/errors.js";
import { conditionText } from "../../dialect/db/without-values.js";
import type { FillProblem } from "../../dialect/validation.js";
import { type TableName, tableLabel } from "../../model/names.js";

/**
 * The message for a problem of a fill, and its error code. Without a code, it is only a notice: the problem is not certain, and the
 * backfill will detect it.
 */
export function fillProblemText(
  problem: FillProblem,
  table: TableName,
  column: { readonly name: string; readonly type: string; readonly defaultSql?: string; readonly fill?: unknown },
): { readonly code: ErrorCode | undefined; readonly message: string } {
  const name = `"${tableLabel(table)}"."${column.name}"`;
  const source = column.defaultSql === undefined || column.fill !== undefined ? "fill" : "default";
  switch (problem.kind) {
    case "missing-columns": {
      const columns = problem.columns.map((each) => `"${each}"`).join(", ");
      return {
        code: "LS2003",
        message: `The fill of ${name} names columns that "${tableLabel(table)}" does not have: ${columns}`,
      };
    }
    case "type":
      return {
        code: "LS2005",
        message: `The fill of ${name} (${column.type}): ${problem.message}${valuesOf(problem)}`,
      };
    case "fails":
      return {
        code: "LS5008",
        message:
          problem.rows === undefined
            ? `The fill of ${name} fails for some row: ${problem.message}${valuesOf(problem)}`
            : `The fill of ${name} fails for ${rows(problem.rows)}: ${problem.message}${valuesOf(problem)}: ${sample({ rows: problem.rows, samples: problem.samples ?? [] })}`,
      };
    case "scans":
      return {
        code: "LS2070",
        message: `The fill of ${name} reads all of "${problem.table}" for every row${problem.condition === undefined ? "" : `: no index finds ${problem.condition}`}${problem.index === undefined ? "" : `. This one would: ${problem.index}`}`,
      };
    case "null":
      return {
        code: "LS2006",
        message: `The fill of ${name} yields NULL for ${rows(problem.rows)}: ${sample(problem)}`,
      };
    case "too-long":
      return {
        code: "LS5008",
        message: `The fill of ${name} is longer than ${problem.limit} characters for ${rows(problem.rows)}: ${sample(problem)}`,
      };
    case "duplicates": {
      const isOne = problem.key.length === 1;
      const same = isOne ? "value" : `(${problem.key.map((each) => `"${each}"`).join(", ")})`;
      const first = problem.samples
        .map(({ value, rows }) => {
          const shown = value === undefined ? "" : `${isOne ? `'${value}'` : `(${value})`} for `;
          return `${shown}${rows.join(" and ")}`;
        })
        .join("; ");
      return {
        code: "LS2007",
        message: `The ${source} of ${name} yields the same ${same} for ${rows(problem.rows)}: ${first}`,
      };
    }
    case "missing-rows": {
      const values = problem.samples
        .map(({ value, row }) =>
          value === undefined
            ? row
            : `${problem.referencedColumns.map((each) => `"${each}"`).join(", ")} = ${value} for ${row}`,
        )
        .join("; ");
      const of = problem.rows === 0 ? "" : ` (${rows(problem.rows)})`;
      return {
        code: "LS2040",
        message: `The ${source} of ${name} references rows that "${tableLabel(problem.references)}" does not have${of}: ${values}`,
      };
    }
    case "replicas-differ":
      return {
        code: "LS5012",
        message: `The fill of ${name} calls ${problem.what}: replicas would store other values than this server, whose binary log holds statements`,
      };
    case "not-finished":
      return {
        code: undefined,
        message: `The ${problem.what} of the ${source} of ${name} could not be checked within ${problem.afterMs / 1000} s`,
      };
    case "not-checked":
      return { code: undefined, message: `The ${source} of ${name} could not be tried: ${problem.message}` };
    default:
      return problem satisfies never;
  }
}

/** The problem without row values, for display about a target: rows are identified by key. In the developer's own database, values help. */
export function withoutValues(problem: FillProblem): FillProblem {
  switch (problem.kind) {
    case "fails":
      // For an invalid statement, the message is about the expression.
      return /^(0A|42)/.test(problem.sqlState) ? problem : { ...problem, message: conditionText(problem.sqlState) };
    case "duplicates":
      return { ...problem, samples: problem.samples.map(({ rows }) => ({ rows })) };
    case "missing-rows":
      return { ...problem, samples: problem.samples.map(({ row }) => ({ row })) };
    default:
      return problem;
  }
}

/** The problem is the same for every row, so correcting a row does not help. */
export function isOfExpression({ kind }: FillProblem): boolean {
  return kind === "type" || kind === "missing-columns" || kind === "scans" || kind === "replicas-differ";
}

function valuesOf({ enumValues }: { readonly enumValues?: readonly string[] }): string {
  return enumValues === undefined ? "" : `. The values that exist: ${enumValues.join(", ")}`;
}

function rows(count: number): string {
  return count === 1 ? "1 row" : `${count} rows`;
}

function sample({ rows: count, samples }: { readonly rows: number; readonly samples: readonly string[] }): string {
  return samples.join("; ") + (count > samples.length ? "; …" : "");
}
