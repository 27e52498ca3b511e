import { everySystem, type Fault, pick } from "./fault.js";

/** A process that is suspended and does not wake up before all is done: its host has died, and the server has not noticed. */
const fault: Fault = {
  id: "suspend-for-good",
  systems: everySystem,
  needsChildren: true,
  async inject(world, random) {
    const sleeper = pick(world.alive, random);
    if (sleeper === undefined) return;
    const other = world.start();
    sleeper.signal("SIGSTOP");
    await other.ended;
    sleeper.signal("SIGCONT");
  },
};
export default fault;
