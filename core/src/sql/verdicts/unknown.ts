import type { OperationOf, TableName, Verdict } from "../../model/index.js";
import { verdict } from "./combine.js";

/** Assumes the worst case for an unknown statement, on every table that it names and perhaps others. Never safe. */
export function unknown({
  what,
  tables = [],
  isRefused,
}: Pick<OperationOf<"unknown">, "what" | "isRefused"> & { readonly tables?: readonly TableName[] }): Verdict {
  const locks = tables.map((table) => ({ table, mode: "ACCESS EXCLUSIVE" }) as const);
  const kind = isRefused === true ? "syntax-error" : "not-understood";
  return verdict({ locks, held: "rewrite", concerns: [{ kind, what }], doubts: ["statement"] });
}
