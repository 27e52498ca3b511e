import type { FileContext, Units } from "../dialect/units.js";
import type { Unit, UnitSpec } from "../model/plan.js";
import { smallTable } from "../model/unit-spec.js";
import { blocksWrites, strongestMode } from "../model/verdict.js";
import { fileHeader } from "../sql/file-header.js";
import { quoteTable } from "./quote.js";
import { boundsOf } from "./read/cursor.js";
import { cutStatements } from "./read/cut-statements.js";
import { dropForeignKey } from "./units/foreign-key.js";
import { budgetSeconds, type MysqlServer, statementsOfProgram, waitSeconds } from "./units/frame.js";
import { describeUnit, statementsOf } from "./units/index.js";
import { onlineCopyBack } from "./units/online-copy.js";

/** The units of a plan on MySQL and MariaDB: every statement commits and can run twice. */
export function unitsOn(server: MysqlServer): Units {
  return {
    describe: (spec, verdict) => describeUnit(spec, { server }, verdict),
    lockWords,
    // In a deadlock, these servers always roll back the session that is not DDL.
    lockMeaning: `Every migration except one that contains only other statements requests the metadata lock of its table with a short timeout and retries after a pause: reads and writes
never queue behind it for longer than ${waitSeconds} s at a time. A transaction that has read the table, or one tied to it by a foreign key, and
asks for more while a migration waits for its lock, may be rolled back as a deadlock (1213): let the application try it again.`,
    // An index is either built or missing, and adding a foreign key also checks the rows.
    isNeeded: ({ kind }) => kind !== "assert-index" && kind !== "attach-unique" && kind !== "validate-foreign-key",
    // A failed unit can be partly done. The next run must check how much of one change exists, not of several.
    isAlone: ({ kind }) => kind !== "expand",
    framesOriginals: false,
    renderFile: (units, context) => renderFile(units, context, server),
    split,
    autocommitted: split,
    withoutForeignKey: (spec) => statementsOfProgram(dropForeignKey(spec, server), { plan: "undo", server }),
    downOf: (units, plan) => [...units].reverse().flatMap(({ spec }) => wayBack(spec, plan, server)),
  };
}

function split(text: string): readonly string[] {
  return [...cutStatements(text)].map(({ tokens }) => text.slice(...boundsOf(tokens, 0, tokens.length)));
}

function renderFile(units: readonly [Unit, ...Unit[]], context: FileContext | undefined, server: MysqlServer): string {
  const [{ spec }] = units;
  if (spec.kind === "original") return spec.sql;
  const statements = units.flatMap((unit) => statementsOf(unit.spec, { plan: context?.plan ?? "", server }));
  return fileHeader(units, (unit) => lockText(unit, server), context) + textOf(statements);
}

/** Complete lines. */
function textOf(statements: readonly string[]): string {
  return statements.map((statement) => `${statement};\n`).join("");
}

function wayBack(spec: UnitSpec, plan: string, server: MysqlServer): readonly string[] {
  const of = (other: UnitSpec) => statementsOf(other, { plan, server });
  switch (spec.kind) {
    case "expand":
      return of({ ...spec, kind: "undo-expand" });
    case "create-index":
      return of({ ...spec, kind: "drop-index" });
    case "drop-index":
      return of({ ...spec, kind: "create-index" });
    case "add-foreign-key":
      return statementsOfProgram(dropForeignKey(spec, server), { plan, server });
    case "enforce":
      return of({ ...spec, kind: "undo-contract" });
    case "undo-contract":
      return [...of({ ...spec, kind: "prove" }), ...of({ ...spec, kind: "enforce" })];
    case "undo-expand": {
      // The new columns are empty: the data is lost.
      const { references: _1, types: _2, ...columns } = spec;
      return of({ ...columns, kind: "expand" });
    }
    case "online-copy": {
      const back = onlineCopyBack(spec);
      return back === undefined ? [] : of(back);
    }
    case "drop-not-null":
      return [...of({ ...spec, kind: "prove" }), ...of({ ...spec, kind: "enforce" })];
    case "drop-column":
      return of({ ...spec, kind: "expand" });
    case "prove":
    case "assert-index":
    case "attach-unique":
    case "validate-foreign-key":
    case "original":
      return [];
    default:
      return spec satisfies never;
  }
}

/** By what it blocks: the servers' own lock names mean little to readers. */
function lockWords({ verdict }: Pick<Unit, "verdict">): string {
  const mode = strongestMode(verdict);
  const { held } = verdict;
  if (mode === undefined) return held === "instant" ? "no lock" : `no lock, ${held}`;
  if (!blocksWrites(mode)) return `reads and writes continue, ${held}`;
  if (held === "instant") return "metadata lock, instant";
  return `${mode === "ACCESS EXCLUSIVE" ? "reads and writes wait" : "writes wait"}, ${held}`;
}

/** The guarantee of the lock that each ALTER requests. The server rejects the ALTER if its algorithm would take a stronger lock. */
function lockText({ spec, verdict }: Unit, server: MysqlServer): string {
  const mode = strongestMode(verdict);
  if (mode === undefined) return "only that of a SELECT: blocks no reads or writes";
  const on = verdict.locks.map(({ table }) => quoteTable(table)).join(" and ");
  const first = server === "mariadb" ? "first without waiting at all, then " : "";
  const frame = `other sessions wait at most ${waitSeconds} s per attempt (${first}with pauses); fails after ${budgetSeconds} s and names the blocking session`;
  if (spec.kind === "online-copy")
    return `WRITES WAIT on ${on} where at most ${smallTable.rows} rows are copied at once; otherwise reads and writes continue, or it stops with nothing changed`;
  switch (verdict.held) {
    case "instant":
      return `exclusive metadata lock on ${on}, for an instant; ${frame}`;
    default: {
      const writes = mode === "SHARE" ? "reads continue, WRITES WAIT" : "reads and writes continue";
      const what = spec.kind === "add-foreign-key" ? "while it checks the rows" : "while it is built";
      return `${writes} on ${on} ${what}; exclusive metadata lock for an instant at its start and its end; ${frame}`;
    }
  }
}
