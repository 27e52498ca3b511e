import { isBlind } from "../../dialects/pressure.js";
import { tableLabel } from "../../model/names.js";
import { defineLook, unseen } from "./look.js";

/** Sessions of the application that are stuck behind a lock. */
export default defineLook({
  id: "lock-waits",
  summary: "how long sessions wait for locks on the plan's tables and their rows, and for whom",
  start({ tables }) {
    return async (connection) => {
      const { pressure } = connection.dialect;
      if (pressure.waits === undefined)
        return unseen(`who waits for locks is not looked at on ${connection.dialect.label}`);
      const waits = await pressure.waits(connection, tables);
      if (isBlind(waits)) return unseen(waits.reason);
      const longest = [...waits].sort((one, other) => other.ms - one.ms)[0];
      const many = waits.length === 1 ? "" : ` (${waits.length} sessions wait)`;
      return {
        points: [
          {
            measure: "lock-wait",
            subject: tables.map((table) => `"${tableLabel(table)}"`).join(", "),
            value: longest?.ms ?? 0,
            ...(longest === undefined ? {} : { detail: `${longest.text}${many}` }),
          },
        ],
      };
    };
  },
});
