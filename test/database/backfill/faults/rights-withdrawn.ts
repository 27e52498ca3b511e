import { ask } from "../fault-runs/table.js";
import type { World } from "../fault-runs/world.js";
import { everySystem, type Fault, pick } from "./fault.js";

/** An account that may do what a backfill needs, until half-way. */
export const rightsWithdrawn = (id: string, onTable: (world: World) => Rights): Fault => ({
  id,
  systems: everySystem,
  isStop: true,
  endings: ["LS7002", "LS7001", "LS5001", "LS5029"],
  async prepare(world) {
    const db = await world.db();
    const name = new URL(world.url).pathname.slice(1);
    const role = `runner_${name}`.slice(-60);
    const url = new URL(world.url);
    if (world.system === "PostgreSQL") {
      await db.query(`CREATE ROLE "${role}" LOGIN; GRANT CREATE ON DATABASE "${name}" TO "${role}"`);
      await ask(db, `GRANT ${onTable(world).all} ON \`User\` TO "${role}"`);
      url.username = role;
    } else {
      await db.query(`CREATE USER '${role}'@'%'`);
      await db.query(`GRANT ${onTable(world).all} ON \`${name}\`.\`User\` TO '${role}'@'%'`);
      await db.query(`GRANT TRIGGER ON \`${name}\`.* TO '${role}'@'%'`);
      await db.query(`GRANT CREATE, SELECT, INSERT, UPDATE, DELETE, ALTER ON lockstep.* TO '${role}'@'%'`);
      url.username = role;
    }
    world.runUrl = url.toString();
  },
  async inject(world, random) {
    await change(world, "REVOKE", pick(["table", "ledger"], random)!, onTable(world));
  },
  async mend(world) {
    for (const what of ["table", "ledger"] as const) await change(world, "GRANT", what, onTable(world));
  },
});
export default rightsWithdrawn("rights-withdrawn", () => ({ all: "SELECT, UPDATE", some: "UPDATE" }));

interface Rights {
  /** That it has, and those that it loses: `SELECT, UPDATE (handle)`. */
  readonly all: string;
  readonly some: string;
}

async function change(
  world: World,
  how: "GRANT" | "REVOKE",
  what: "table" | "ledger",
  { some }: Rights,
): Promise<void> {
  const db = await world.db();
  const role = decodeURIComponent(new URL(world.runUrl).username);
  const name = new URL(world.url).pathname.slice(1);
  const to = how === "GRANT" ? "TO" : "FROM";
  if (world.system === "PostgreSQL")
    await ask(
      db,
      what === "table"
        ? `${how} ${some} ON \`User\` ${to} \`${role}\``
        : `${how} UPDATE ON lockstep.backfills, lockstep.leases ${to} \`${role}\``,
    );
  else
    await db.query(
      what === "table"
        ? `${how} ${some} ON \`${name}\`.\`User\` ${to} '${role}'@'%'`
        : `${how} UPDATE ON lockstep.* ${to} '${role}'@'%'`,
    );
}
