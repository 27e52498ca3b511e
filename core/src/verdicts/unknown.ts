import type { OperationOf, Verdict } from "../model/index.js";
import { harmless, verdict } from "./combine.js";

/** Statements beyond the operations that take no lock on a table that anybody would notice, and change no row. */
const quiet = new Set([
  "CreateSchemaStmt",
  "CreateExtensionStmt",
  "CreateSeqStmt",
  "AlterSeqStmt",
  "DROP SEQUENCE",
  "RENAME SEQUENCE",
  "RENAME INDEX",
]);

/** Whatever is not described: the worst on every table that it names, and perhaps on others. Never safe. */
export function unknown({ what, tables }: OperationOf<"unknown">): Verdict {
  if (quiet.has(what)) return harmless;
  const locks = tables.map((table) => ({ table, mode: "ACCESS EXCLUSIVE" }) as const);
  if (what === "RENAME CONSTRAINT") return verdict({ locks });
  return verdict({ locks, held: "rewrite", concerns: [{ kind: "not-understood", what }], doubts: ["statement"] });
}
