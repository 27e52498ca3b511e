import type { Fault } from "./fault.js";
import { everySystem } from "./fault.js";

/** More processes at once: some that join, and one that does not, which is told that it is not alone. */
const fault: Fault = {
  id: "two-runners",
  systems: everySystem,
  async inject(world, random) {
    for (let joining = 0; joining < 1 + random() * 2; joining++) world.start();
    const second = world.start({ isJoining: false });
    // It waits a while for the first one's session to end; then it may be the only one.
    const { how, message } = await second.ended;
    const isTold = how === "LS5003" && /runs the backfill of .*: (?:pid \d+|just ended)/.test(message);
    if (!isTold && how !== "done") throw new Error(`The second runner ended with ${how}: ${message}`);
    world.processes.splice(world.processes.indexOf(second), 1);
  },
};
export default fault;
