import { goneFields, readStillNamed } from "../change/release/still-named.js";
import type { CodeSettings } from "../config/code-settings.js";
import type { Connection } from "../dialect/connection.js";
import { without } from "../gates/confirmed.js";
import type { OpenWriter } from "../gates/gate.js";
import { type GateStep, isSameTable, objectLabel, type Plan } from "../model/index.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";
import { linesText } from "../review/still-named.js";
import { readTable } from "../target/facts/table.js";
import { confirm, evidenceName, readEvidence } from "../target/ledger/evidence.js";
import { type Invocation, textOption } from "./command.js";
import type { Target } from "./targets.js";
import { whoConfirms } from "./who.js";

/** Confirms with `--confirm` that the lines which contain a column's name mean something else. */
export const namedElsewhere = "named-elsewhere";

interface Asked {
  readonly invocation: Invocation;
  readonly target: Target;
  readonly connection: Connection;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  readonly code: CodeSettings;
  /** The command that takes `--confirm`. Default: `deploy`, on this target */
  readonly command?: string;
}

/**
 * Searches this checkout for lines that still use the columns of a drop. Code that is not written yet cannot run, so while there are such
 * lines, no confirmation about running code counts or is recorded.
 *
 * @returns what to say and do; undefined if there are none, or a person confirmed that they mean something else
 * @throws LS7001, LS7002
 */
export async function askNamedLines(
  { invocation, target, connection, project, plugin, code, command = `deploy --target ${target.name}` }: Asked,
  plan: Plan,
  gates: readonly GateStep[],
  confirmed: ReadonlySet<string>,
): Promise<{ readonly statement: string; readonly help: string } | undefined> {
  const fields = goneFields(plan);
  const named = await readStillNamed(plan, { project, plugin, code });
  const open: { readonly name: string; readonly lines: readonly OpenWriter[] }[] = [];
  for (const { table: of, column } of named.length === 0 ? [] : gates) {
    const name = objectLabel({ table: of, column });
    const isOf = (field: string) =>
      fields.some(
        (each) =>
          each.name === (column === "" ? of.name : column) && each.field === field && isSameTable(each.table, of),
      );
    const places = named
      .filter(({ field }) => isOf(field))
      // Counted for each file: a further line needs a new confirmation.
      .map(({ file, line }) => ({ file, line, what: "a line of code", reason: `contains ${name}`, id: column }));
    const table = await readTable(connection, of);
    if (table === undefined) continue;
    const key = { plan: evidenceName(plan), gate: namedElsewhere, table, column };
    if (confirmed.has(namedElsewhere) && places.length > 0)
      await confirm(connection, key, whoConfirms(invocation), textOption(invocation, "note"), places);
    const lines = without(places, (await readEvidence(connection, key))?.places ?? []);
    if (lines.length > 0) open.push({ name, lines });
  }
  if (open.length === 0) return undefined;
  const found = open.map(
    ({ name, lines }) => `code in this checkout still contains the name of ${name}: ${linesText(lines, plan.id)}`,
  );
  const unused = ["column-unused", "table-unused"].filter((gate) => gates.some((step) => step.gate === gate));
  const isRefused = unused.some((gate) => confirmed.has(gate));
  const names = unused.map((gate) => `--confirm ${gate}`).join(" ");
  return {
    statement: `${isRefused ? `${names} is not recorded: ` : ""}${found.join("; ")}`,
    help: `Remove these uses.\nnpx lockstep ${command} ${names} --confirm ${namedElsewhere}   # if the lines mean something else`,
  };
}
