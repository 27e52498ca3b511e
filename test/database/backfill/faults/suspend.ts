import { pause } from "../fault-runs/world.js";
import { everySystem, type Fault, pick } from "./fault.js";

/** A process that is suspended (SIGSTOP) until its leases are gone, and wakes up then. */
const fault: Fault = {
  id: "suspend",
  systems: everySystem,
  needsChildren: true,
  async inject(world, random) {
    const sleeper = pick(world.alive, random);
    if (sleeper === undefined) return;
    const other = world.start();
    sleeper.signal("SIGSTOP");
    // Longer than a lease, often longer than the others need for the rest.
    await Promise.race([other.ended, pause(world.inputOf().leaseMs + 500 + random() * 2000)]);
    sleeper.signal("SIGCONT");
  },
};
export default fault;
