import { type Check, ok, warning } from "../../../dialect/check.js";
import { isBlind } from "../../../dialect/load-signals.js";
import { readStatistics } from "../../../gates/reads/read-statistics.js";

/** No application has a table of this name: the query only tests whether the server would answer. */
const nobodys = { schema: "lockstep", name: "meta" };

export default {
  id: "reads",
  title: "statement statistics, for the gate reads-steady",
  on: "target",
  isAlone: true,
  async run({ connection, openPlans }) {
    const seen = await readStatistics(connection, nobodys);
    if (!isBlind(seen)) return [ok("Lockstep can measure the gate reads-steady")];
    // After switch it is too late to measure earlier reads, and a person has to confirm.
    const isComing = openPlans.some(
      ({ gates, state }) => state.released === "expand" && gates.contract.some(({ gate }) => gate === "reads-steady"),
    );
    if (!isComing) return [ok(`a person confirms reads-steady here. To measure it: ${seen.reason}`)];
    return [
      warning("Lockstep cannot measure read latency here: you will have to confirm reads-steady yourself", {
        why: `To measure it: ${seen.reason}`,
        next: "npx lockstep doctor   # again, once the statistics are visible; before the next phase",
      }),
    ];
  },
} satisfies Check;
