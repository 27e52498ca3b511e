import { createHash } from "node:crypto";
import type { TableName } from "../model/names.js";

/** Names are of 64 characters at most, and a trigger's is the schema's, not the table's. */
const longest = 64;

/** The triggers that fill a column: of INSERT and of UPDATE. */
export function fillTriggers({ name }: TableName, column: string): readonly [insert: string, update: string] {
  const of = (event: string) => {
    const full = `zz_lockstep_${name}_${column}_${event}`;
    if (full.length <= longest) return full;
    const hash = createHash("sha256")
      .update(JSON.stringify([name, column]))
      .digest("hex")
      .slice(0, 10);
    const kept = longest - event.length - hash.length - 2;
    return `${full.slice(0, kept)}_${hash}_${event}`;
  };
  return [of("insert"), of("update")];
}
