import { everySystem, type Fault } from "./fault.js";

/** The server's machine fails: an immediate shutdown, and recovery. */
const fault: Fault = {
  id: "crash",
  systems: everySystem,
  needsServer: true,
  async inject({ server }) {
    await server!.crash();
  },
};
export default fault;
