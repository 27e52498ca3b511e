import type { OperationOf, Verdict } from "../model/index.js";
import { verdict } from "./combine.js";

/** Whatever is not described: the worst on every table that it names, and perhaps on others. Never safe. */
export function unknown({ what, tables }: OperationOf<"unknown">): Verdict {
  const locks = tables.map((table) => ({ table, mode: "ACCESS EXCLUSIVE" }) as const);
  return verdict({ locks, held: "rewrite", concerns: [{ kind: "not-understood", what }], doubts: ["statement"] });
}
