import type { Fault } from "./fault.js";

/** The primary fails, and a streaming replica takes its place. */
const fault: Fault = {
  id: "failover",
  systems: ["PostgreSQL"],
  needsServer: true,
  async inject({ server }, random) {
    await server!.failOver!(random);
  },
};
export default fault;
