import { everySystem, type Fault, pick } from "./fault.js";

/** kill -9 of one process, the one that leads or another; one is started in its place. */
const fault: Fault = {
  id: "kill",
  systems: everySystem,
  needsChildren: true,
  endings: ["killed"],
  async inject(world, random) {
    pick(world.alive, random)?.signal("SIGKILL");
    world.start();
  },
};
export default fault;
