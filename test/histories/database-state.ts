/** What production has, beside what a history knows of it. */
import { headerOf } from "../../core/src/plan/contradictions.js";
import { droppable, type PlannedColumn, planned, type Source } from "./history.js";
import { type PlanOf, query, type World } from "./world.js";

export interface Column {
  readonly isRequired: boolean;
}

/** The columns of `User`, in a database. */
export async function columnsOf(url: string): Promise<ReadonlyMap<string, Column>> {
  const rows = await query(
    url,
    `SELECT attname AS name, attnotnull AS required FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1`,
  );
  return new Map(rows.map(({ name, required }) => [String(name), { isRequired: required === true }]));
}

/** Indexes, constraints and triggers of `User`, and what is left of Lockstep's, by name. */
export async function objectsOf(url: string): Promise<readonly string[]> {
  const rows = await query(
    url,
    `SELECT pg_get_indexdef(indexrelid) || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END AS what FROM pg_index WHERE indrelid = '"User"'::regclass
      UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '"User"'::regclass AND contype IN ('c', 'f', 'u', 'p')
      UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE tgrelid = '"User"'::regclass AND NOT tgisinternal
      UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
      UNION ALL SELECT 'column ' || attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
        FROM pg_attribute WHERE attrelid = '"User"'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY 1`,
  );
  return rows.map(({ what }) => String(what));
}

type Value = string | number | null;
type Values = ReadonlyMap<number, Value>;

/** The values of `User` by column and id. */
export type Snapshot = ReadonlyMap<string, Values>;

export async function snapshotOf(url: string): Promise<Snapshot> {
  const rows = await query(url, `SELECT id, to_jsonb(t) AS row FROM "User" t ORDER BY id`);
  const names = [...(await columnsOf(url)).keys()];
  const valueIn = (row: unknown, name: string) => (row as Record<string, Value>)[name] ?? null;
  return new Map(names.map((name) => [name, new Map(rows.map(({ id, row }) => [Number(id), valueIn(row, name)]))]));
}

/** What a migration that was applied does, by the header that its file has. */
interface Migration {
  readonly plan: string | undefined;
  readonly phase: string | undefined;
  /** Columns that it drops. */
  readonly drops: readonly string[];
}

export class Knowledge {
  /** Rows as the application wrote them. */
  readonly rows = new Map<number, Source>();
  /** Values that the application chose, by column and row. */
  readonly chosen = new Map<string, Map<number, Value>>();
  /** Of each plan: its column. By id. */
  readonly forms = new Map<
    string,
    { readonly column: string; readonly form: PlannedColumn; readonly hasTrigger: boolean }
  >();
  /** Columns of the first model that were dropped: what makes them again has no values. */
  readonly emptied = new Set<string>();
  readonly #migrations = new Map<string, Migration>();

  /** Reads the plans and the migrations of a tree: whatever is deployed later was in one. */
  see(world: World, plans: readonly PlanOf[], files: Readonly<Record<string, string>>): void {
    for (const { id, columns } of plans)
      for (const { name, fill, isRelaxed } of columns) {
        const form = planned[name]?.find((each) => each.fill === fill?.sql);
        if (form !== undefined) this.forms.set(id, { column: name, form, hasTrigger: isRelaxed });
      }
    for (const [file, text] of Object.entries(files)) {
      const header = headerOf(text);
      const drops = [...text.matchAll(/DROP COLUMN (?:IF EXISTS )?"(\w+)"/g)].map((match) => match[1]!);
      const isDown = header?.phase === "undo";
      this.#migrations.set(world.project.migrationOf(file), {
        plan: header?.plan,
        phase: header?.phase,
        drops: header === undefined || isDown || header.phase === "contract" ? drops : [],
      });
    }
  }

  migration(name: string): Migration {
    return this.#migrations.get(name) ?? { plan: undefined, phase: undefined, drops: [] };
  }

  /** The plan whose expand made the column that a database has, and the phase that it has there. */
  ownerOf(
    column: string,
    applied: readonly string[],
  ): { readonly plan: string; readonly isContracted: boolean } | undefined {
    const open = new Map<string, boolean>();
    for (const name of applied) {
      const { plan, phase, drops } = this.migration(name);
      if (plan !== undefined && this.forms.get(plan)?.column === column) {
        if (phase === "expand" && !open.has(plan)) open.set(plan, false);
        else if (phase === "contract" && open.has(plan)) open.set(plan, true);
        else if (phase === "undo" && open.has(plan)) open.set(plan, false);
      }
      if (drops.includes(column)) for (const each of [...open.keys()].slice(0, 1)) open.delete(each);
    }
    const [first] = open;
    return first && { plan: first[0], isContracted: first[1] };
  }

  /** Whether a row may have the value. */
  isRight(column: string, id: number, value: Value, applied: readonly string[]): boolean {
    const row = this.rows.get(id);
    if (row === undefined) return false;
    if (column === "id") return true;
    if (column === "email" || (droppable as readonly string[]).includes(column))
      return row[column as keyof Source] === value || (value === null && this.emptied.has(column));
    if (value === null || this.chosen.get(column)?.get(id) === value) return true;
    const owner = this.ownerOf(column, applied);
    return owner !== undefined && this.forms.get(owner.plan)?.form.valueOf(row) === value;
  }
}
