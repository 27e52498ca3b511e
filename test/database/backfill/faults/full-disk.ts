import type { Fault } from "./fault.js";

/** The table cannot grow any more. */
const fault: Fault = {
  id: "full-disk",
  systems: ["PostgreSQL"],
  needsServer: true,
  isAlone: true,
  isStop: true,
  // A limit on files (see `startFullPostgres`) looks as if the rows were at fault.
  endings: ["LS7002", "LS5029", "LS5006"],
  async prepare(world) {
    const db = await world.db();
    // Rows are written as wide as they are from here on: each UPDATE takes that room.
    await db.query(`ALTER TABLE "User" ADD COLUMN pad text NOT NULL DEFAULT repeat('x', 500)`);
    await world.server!.shrink!(world.url);
  },
  // It fills up by itself.
  async inject() {},
  async mend({ server, url }) {
    await server!.grow!(url);
  },
};
export default fault;
