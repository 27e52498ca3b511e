/** What must hold after each step, whatever Lockstep reports. Every sentence is a defect. */
import type { RunResult } from "../support/run.js";
import { columnsOf, type Knowledge, type Snapshot, snapshotOf } from "./database-state.js";
import type { Branch, Source } from "./history.js";
import { query, type World } from "./world.js";

/** Defects in the output of a command. */
export function uncoded({ code, output }: RunResult): readonly string[] {
  const found = /our bug|\b(?:Type|Reference|Range|Syntax)Error\b|Cannot read propert|\n\s+at .+:\d+:\d+/.exec(output);
  // With LS7020 the ORM's own words follow.
  if (code === 4 || (found !== null && !output.includes("LS7020")))
    return [`an error without a code: ${output.slice(-1500)}`];
  if (code !== 0 && !/\bLS\d{4}\b|\bP\d{4}\b|✖|gate|Next|--yes/.test(output))
    return [`exit code ${code} without a reason: ${output}`];
  return [];
}

/** What a step may take from production. */
export interface Allowance {
  readonly branch: Branch;
  /** A person confirmed that a column may go. */
  readonly isConfirmed: boolean;
}

/** Rows, values and triggers of production, after a step. */
export async function lookAtProduction(
  world: World,
  knowledge: Knowledge,
  before: { readonly snapshot: Snapshot; readonly applied: readonly string[] },
  allowance: Allowance | undefined,
): Promise<readonly string[]> {
  const applied = await world.applied();
  const after = await snapshotOf(world.production);
  const fresh = applied.filter((name) => !before.applied.includes(name));
  const found: string[] = [];
  for (const [column, values] of before.snapshot) {
    const kept = after.get(column);
    const had = [...values].filter(([, value]) => value !== null);
    const by = fresh.find((name) => knowledge.migration(name).drops.includes(column));
    if (kept === undefined || by !== undefined) {
      const isBack = kept !== undefined;
      found.push(
        ...lossOf(world, knowledge, { column, by, count: had.length, isBack, applied: before.applied }, allowance),
      );
      knowledge.chosen.delete(column);
      knowledge.emptied.add(column);
      continue;
    }
    const chosen = knowledge.chosen.get(column);
    const changed = had.filter(([id, value]) => kept.get(id) !== value && kept.get(id) !== chosen?.get(id));
    if (changed.length > 0) {
      const [id, value] = changed[0]!;
      found.push(`${changed.length} values of ${column} changed: row ${id} had ${value} and has ${kept.get(id)}`);
    }
  }
  const ids = new Set(after.get("id")?.keys());
  for (const id of knowledge.rows.keys()) if (!ids.has(id)) found.push(`row ${id} is lost`);
  for (const [column, values] of after) {
    const wrong = [...values].filter(([id, value]) => !knowledge.isRight(column, id, value, applied));
    if (wrong.length > 0)
      found.push(
        `${wrong.length} values of ${column} are wrong: row ${wrong[0]![0]} has ${wrong[0]![1]}; the column belongs to ${knowledge.ownerOf(column, applied)?.plan}`,
      );
  }
  found.push(...(await probe(world, knowledge, applied)));
  return found;
}

interface Loss {
  readonly column: string;
  /** The migration that drops it. */
  readonly by: string | undefined;
  readonly count: number;
  /** A later migration adds it again. */
  readonly isBack: boolean;
  /** Migrations that were applied before. */
  readonly applied: readonly string[];
}

function lossOf(
  world: World,
  knowledge: Knowledge,
  { column, by, count, isBack, applied }: Loss,
  allowance: Allowance | undefined,
): readonly string[] {
  if (by === undefined || allowance === undefined)
    return [`column ${column} with ${count} values is gone, and no migration drops it`];
  const { plan, phase } = knowledge.migration(by);
  const found: string[] = [];
  const owner = knowledge.ownerOf(column, applied);
  if (phase === "undo" && owner?.plan !== plan)
    found.push(`${by} dropped ${column}, which belongs to ${owner?.plan}, with ${count} values`);
  // `next` asked before a contract, and people drop by hand what they want to.
  if (phase === "undo" && !allowance.isConfirmed && count > 0)
    found.push(`${by} dropped ${column} with ${count} values, and nobody confirmed it`);
  if (plan !== undefined && !isBack && world.fields(allowance.branch).some(({ name }) => name === column))
    found.push(`${by} dropped ${column} with ${count} values, and the model of ${allowance.branch} declares it`);
  return found;
}

/** A row of code that knows the required columns only, in a transaction that is rolled back. */
async function probe(world: World, knowledge: Knowledge, applied: readonly string[]): Promise<readonly string[]> {
  const columns = await columnsOf(world.production);
  const source: Source = { email: "Probe@X.io", name: "Probe", note: "Probe note", team: "Probe team" };
  const given = new Map<string, unknown>();
  for (const [name, { isRequired }] of columns) {
    if (name in source) given.set(name, source[name as keyof Source]);
    else if (isRequired && name !== "id") given.set(name, typeOf(knowledge, name, applied) === "int" ? -1 : "probe");
  }
  const names = [...given.keys()];
  const sql = `INSERT INTO "User" (${names.map((name) => `"${name}"`).join(", ")}) VALUES (${names.map((_, at) => `$${at + 1}`).join(", ")}) RETURNING to_jsonb("User") AS row`;
  let row: Record<string, unknown>;
  try {
    const [made] = await query(world.production, sql, [...given.values()]);
    row = made!.row as Record<string, unknown>;
    await query(world.production, `DELETE FROM "User" WHERE email = $1`, [source.email]);
  } catch (error) {
    return [`rows cannot be written: ${(error as Error).message}`];
  }
  return [...columns.keys()].flatMap((name) => {
    const owner = knowledge.ownerOf(name, applied);
    if (given.has(name) || owner === undefined) return [];
    const { form, hasTrigger } = knowledge.forms.get(owner.plan)!;
    // A column that stays optional has no trigger.
    const mayLack = !hasTrigger || owner.isContracted || !columns.has(form.reads);
    if (row[name] === form.valueOf(source) || (row[name] === null && mayLack)) return [];
    return [`a new row gets ${row[name]} in ${name}, which belongs to ${owner.plan}`];
  });
}

function typeOf(knowledge: Knowledge, column: string, applied: readonly string[]): "int" | "text" {
  const owner = knowledge.ownerOf(column, applied);
  return (owner && knowledge.forms.get(owner.plan)?.form.type) ?? "text";
}

/**
 * What is wrong with the plans, the model and the migrations of a branch, from them alone.
 *
 * @returns own: migrations that people wrote add or drop a column twice, and no plan knows it
 */
export async function brokenIn(world: World, knowledge: Knowledge, branch: Branch): Promise<readonly string[] | "own"> {
  const plans = world.plans(branch);
  const fields = world.fields(branch);
  const columns = await world.withEmpty(async (url) => {
    try {
      await world.project.apply(world.tree(branch), url);
      return await columnsOf(url);
    } catch (error) {
      return (error as Error).message;
    }
  });
  const planned = new Set(plans.flatMap((plan) => [...plan.columns.map(({ name }) => name), ...plan.drops]));
  if (typeof columns === "string") {
    const name = /column "(\w+)" of relation "User" (?:already exists|does not exist)/.exec(columns)?.[1];
    return name === undefined || planned.has(name) ? [`a new database cannot be made: ${columns}`] : "own";
  }
  const found: string[] = [];
  for (const { name } of fields)
    if (!columns.has(name) && planned.has(name)) found.push(`the model declares ${name}, and no migration makes it`);
  const open = plans.filter(({ released }) => released !== "undone");
  const unfinished = open.filter(({ released }) => released !== "contract");
  for (const { id, columns: own } of unfinished) {
    const known = knowledge.forms.get(id);
    for (const { name } of own) if (!columns.has(name)) found.push(`${id} is open, and its column ${name} is dropped`);
    if (known === undefined) continue;
    const { reads, uniqueWith } = known.form;
    if (!columns.has(reads)) found.push(`${id} is filled from ${reads}, which is dropped`);
    for (const other of unfinished) {
      if (other.drops.includes(reads)) found.push(`${id} is filled from ${reads}, which ${other.id} drops`);
      if (uniqueWith !== undefined && other.drops.includes(uniqueWith))
        found.push(`${id} is unique with ${uniqueWith}, which ${other.id} drops`);
    }
  }
  return found;
}
