import { serverMajor } from "../../../../core/src/target/facts/server-version.js";
import type { Fault } from "./fault.js";

/** The table is in a publication, with the whole row as its identity and, where the server can, without the new column. */
const fault: Fault = {
  id: "published",
  systems: ["PostgreSQL"],
  async prepare(world) {
    const db = await world.db();
    const keys = world.table.key.map(({ column }) => column).join(", ");
    const isListed = serverMajor(db) >= 15;
    if (!isListed) await db.query('ALTER TABLE "User" REPLICA IDENTITY FULL');
    await db.query(`CREATE PUBLICATION copies FOR TABLE "User"${isListed ? ` (${keys}, email, no)` : ""}`);
  },
  // Somebody publishes the rest as well, while rows are filled.
  async inject(world) {
    const db = await world.db();
    await db.query('ALTER PUBLICATION copies SET TABLE "User"; ALTER TABLE "User" REPLICA IDENTITY FULL');
  },
};
export default fault;
