import { everySystem, type Fault } from "./fault.js";

/** Processes whose clocks are an hour early and an hour late: whose leases are whose is told by the server's. */
const fault: Fault = {
  id: "clock-skew",
  systems: everySystem,
  async inject(world, random) {
    const hour = 3_600_000;
    world.start({ skewMs: random() < 0.5 ? hour : -hour });
    world.start({ skewMs: -hour });
  },
};
export default fault;
