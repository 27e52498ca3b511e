import { connect } from "../../../../core/src/databases/connect.js";
import { ask } from "../fault-runs/table.js";
import { pause } from "../fault-runs/world.js";
import { everySystem, type Fault } from "./fault.js";

/** A transaction that takes rows against the order of the batches, while these wait for it. */
const fault: Fault = {
  id: "deadlock",
  systems: everySystem,
  async inject(world, random) {
    const writer = await connect(world.url, { applicationName: "application" });
    try {
      const keys = world.table.key.map(({ column }) => `\`${column}\``);
      const { rows } = await ask(
        writer,
        `SELECT no FROM \`User\` WHERE handle IS NULL ORDER BY ${keys.join(", ")} LIMIT 150`,
      );
      const numbers = rows.map(({ no }) => Number(no)).reverse();
      const chosen = numbers.filter(() => random() < 0.2);
      await writer.query("BEGIN");
      for (const [at, no] of chosen.entries()) {
        await ask(writer, "UPDATE `User` SET email = email WHERE no = ?", [String(no)]);
        // Batches come to these rows meanwhile, and hold others.
        if (at % 4 === 0) await pause(20);
      }
      await writer.query("COMMIT");
    } catch {
      // It was the one that gave way.
    } finally {
      await writer.close();
    }
  },
};
export default fault;
