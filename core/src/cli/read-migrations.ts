import type { Checking } from "../dialect/checking.js";
import { flattened, type Operation, type Plan } from "../model/index.js";
import { releasedUnits } from "../plan/migration-of.js";
import type { OrmPlugin, Project } from "../plugin/plugin.js";

/** Where migrations are read. */
export interface Migrations {
  readonly project: Project;
  readonly plugin: Pick<OrmPlugin, "listMigrations" | "readStatements">;
  readonly plans: readonly Plan[];
}

/** A migration of the repository. */
export interface ReadMigration {
  readonly name: string;
  /** Absent: it cannot be read. */
  readonly operations?: readonly Operation[];
}

/** Reads migrations by their names, in this order. Those of plans have frames, so their units are read. */
export async function readMigrations(
  checking: Checking,
  names: readonly string[],
  { project, plugin, plans }: Migrations,
): Promise<readonly ReadMigration[]> {
  const released = releasedUnits(plans);
  const found: ReadMigration[] = [];
  for (const name of names) {
    const units = released.filter(({ migration }) => migration === name);
    if (units.length > 0) {
      found.push({ name, operations: units.flatMap(({ unit }) => readUnit(unit.ddl, name, checking)) });
      continue;
    }
    const statements = await plugin.readStatements(project, name);
    const sql = statements?.up.map((each) => `${each}\n;`).join("\n");
    found.push({ name, ...(sql !== undefined && { operations: flattened(checking.read(sql, name).operations) }) });
  }
  return found;
}

/** Some of it is text for people. */
export function readUnit(ddl: string, name: string, checking: Checking): readonly Operation[] {
  return flattened(checking.read(ddl, name).operations).filter(({ kind }) => kind !== "unknown");
}
