import { everySystem, type Fault } from "./fault.js";
import { eachSession, someSessions } from "./sessions.js";

/** Sessions that the server ends: those of workers, of the one that leads, of what tells the ledger that they live. */
const fault: Fault = {
  id: "terminate",
  systems: everySystem,
  async inject(world, random) {
    const pids = await someSessions(world, random);
    await eachSession(world, pids, ["SELECT pg_terminate_backend($pid)", "KILL CONNECTION $pid"]);
  },
};
export default fault;
