import { codeOptions } from "../code-options.js";
import { defineCommand } from "../command.js";

export default defineCommand({
  name: "next",
  summary: "release the next phase: check its gate, write its files",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [
    { flags: "--target <name>", description: "check the gate on this target only" },
    { flags: "--pace <pace>", description: "careful or brisk; only until the second phase" },
    {
      flags: "--confirm <gate...>",
      description: "confirm gates that Lockstep cannot check itself",
    },
    {
      flags: "--evidence <file...>",
      description: "files from `verify`, at most 24 hours old",
    },
    { flags: "--by <name>", description: "who confirms (default on a terminal: git user.email)" },
    { flags: "--note <text>", description: "note to record with the confirmation" },
    ...codeOptions,
    { flags: "--dry-run", description: "check the gate and print the diff, write nothing" },
  ],

  async run(invocation) {
    const [{ unlessCancelled }, { releasePhase }] = await Promise.all([
      import("../choose-places.js"),
      import("../release-phase.js"),
    ]);
    const [id] = invocation.arguments;
    const again = `npx lockstep next${id === undefined ? "" : ` ${id}`}`;
    return unlessCancelled(() => releasePhase(invocation), { io: invocation.io, again });
  },
});
