import { everySystem, type Fault } from "./fault.js";
import { eachSession, someSessions } from "./sessions.js";

/** Statements that somebody cancels, a few times: a person, a watchdog, a statement timeout. */
const fault: Fault = {
  id: "cancel-statements",
  systems: everySystem,
  // A read of the whole table that somebody cancels ends the run: that may be what was meant.
  endings: ["LS7002", "LS5029"],
  async inject(world, random) {
    for (let time = 0; time < 5; time++) {
      const pids = await someSessions(world, random);
      await eachSession(world, pids, ["SELECT pg_cancel_backend($pid)", "KILL QUERY $pid"]);
    }
  },
};
export default fault;
