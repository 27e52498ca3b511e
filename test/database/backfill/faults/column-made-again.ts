import { ask } from "../fault-runs/table.js";
import { everySystem, type Fault } from "./fault.js";

/** The new column is dropped and added again at once, behind the cursor: rows that were filled are empty again, and get their values. */
const fault: Fault = {
  id: "column-made-again",
  systems: everySystem,
  isAlone: true,
  // A statement that was prepared for the other column.
  endings: ["LS7002", "LS5029"],
  async inject(world) {
    const db = await world.db();
    if (world.system === "PostgreSQL") {
      await db.query('BEGIN; ALTER TABLE "User" DROP COLUMN handle CASCADE; DELETE FROM "Written"');
      await world.table.addColumn();
      await db.query("COMMIT");
      return;
    }
    await db.query("DROP TRIGGER zz");
    await db.query("ALTER TABLE `User` DROP COLUMN handle, ADD COLUMN handle varchar(190) NULL");
    await ask(db, "DELETE FROM `Written`");
  },
};
export default fault;
