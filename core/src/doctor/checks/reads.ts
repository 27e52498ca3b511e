import { isBlind } from "../../dialects/pressure.js";
import { readStatistics } from "../../gates/reads/read-statistics.js";
import { type Check, ok } from "../check.js";

/** No application has a table of this name: only whether the server would answer is asked. */
const nobodys = { schema: "lockstep", name: "meta" };

export default {
  id: "reads",
  title: "statistics of statements, for the gate reads-steady",
  on: "target",
  isAlone: true,
  async run({ connection }) {
    const seen = await readStatistics(connection, nobodys);
    // Nothing fails: then a person answers.
    if (isBlind(seen)) return [ok(`a person has to confirm reads-steady here; to have it measured: ${seen.reason}`)];
    return [ok("the gate reads-steady can be measured")];
  },
} satisfies Check;
