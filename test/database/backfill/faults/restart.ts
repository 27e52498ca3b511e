import { everySystem, type Fault } from "./fault.js";

/** The server is restarted: sessions are ended in order. */
const fault: Fault = {
  id: "restart",
  systems: everySystem,
  needsServer: true,
  async inject({ server }) {
    await server!.restart();
  },
};
export default fault;
