import { connect } from "../../../../core/src/databases/connect.js";
import { ask } from "../fault-runs/table.js";
import { pause } from "../fault-runs/world.js";
import { everySystem, type Fault } from "./fault.js";

/** Rows, or what the ledger knows, that somebody holds for longer than a batch waits. */
const fault: Fault = {
  id: "lock-timeout",
  systems: everySystem,
  async inject(world, random) {
    const holder = await connect(world.url, { applicationName: "application" });
    try {
      await holder.query("BEGIN");
      // MariaDB has one ledger for all databases.
      const own = world.system === "MariaDB" ? " WHERE table_schema = DATABASE()" : "";
      const held =
        random() < 0.3
          ? `lockstep.backfills${own}`
          : random() < 0.3
            ? `lockstep.leases${own}`
            : "`User` WHERE handle IS NULL LIMIT 40";
      await ask(holder, `SELECT 1 FROM ${held} FOR UPDATE`);
      await pause(700 + random() * 600);
      await holder.query("ROLLBACK");
    } finally {
      await holder.close();
    }
  },
};
export default fault;
