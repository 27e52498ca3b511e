import { type Operation, type Plan, sourcesMention } from "@lockstep/core";
import { knownColumns } from "./columns.js";
import type { Interception } from "./interception.js";
import { colors } from "./notices.js";
import { say } from "./say.js";

/**
 * Tells which annotations nothing uses.
 *
 * @param operations what TypeORM does generate: a column in it has been judged
 */
export async function tellUnused(
  about: Interception,
  plans: readonly Plan[],
  operations: readonly Operation[],
): Promise<void> {
  if (!(await sourcesMention(about.root, /@lockstep\.(?:backfill|mirror)[ \t]*\(/, ["lockstep"]))) return;
  const [{ unusedAnnotations }, { columnSources }] = await Promise.all([
    import("@lockstep/core/planning"),
    import("../entities/sources.js"),
  ]);
  const known = knownColumns(about.call.dataSource);
  const lines = unusedAnnotations(known, columnSources(await about.entityFiles(), known), plans, operations);
  if (lines.length === 0) return;
  const mark = colors().yellow("!");
  say(["Lockstep", ...lines.map((line) => `  ${mark} ${line}`)].join("\n"));
}
