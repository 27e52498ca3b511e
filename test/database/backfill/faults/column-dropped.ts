import { everySystem, type Fault } from "./fault.js";

/** The new column is dropped underneath. Every run says so; where the column is back, it gets its values. */
const fault: Fault = {
  id: "column-dropped",
  systems: everySystem,
  isAlone: true,
  isStop: true,
  // Whoever works sees it go; whoever comes later sees that it is not there; whoever worked for another is told that this one has failed.
  endings: ["LS7002", "LS5001", "LS5029", "LS5030"],
  async inject(world) {
    const db = await world.db();
    if (world.system === "PostgreSQL") await db.query('ALTER TABLE "User" DROP COLUMN handle CASCADE');
    else {
      await db.query("DROP TRIGGER zz");
      await db.query("ALTER TABLE `User` DROP COLUMN handle");
    }
  },
  async mend(world) {
    const db = await world.db();
    await db.query(world.system === "PostgreSQL" ? 'DELETE FROM "Written"' : "DELETE FROM `Written`");
    await world.table.addColumn();
  },
};
export default fault;
