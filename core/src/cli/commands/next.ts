import { codeOptions } from "../code-options.js";
import { defineCommand } from "../command.js";

export default defineCommand({
  name: "next",
  summary: "check the gate of the next phase, then write its migrations and code edits",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "--target <name>", description: "check the gate on this target only" },
    { flags: "--pace <pace>", description: "careful or brisk, while only expand is released" },
    {
      flags: "--confirm <gate...>",
      description: "confirm gates that need a person: writers-aware, reads-steady, mirror-agrees, translation-agrees",
    },
    {
      flags: "--evidence <file...>",
      description: "files from verify (max 24 h old), instead of connecting",
    },
    { flags: "--by <name>", description: "who confirms (default at a terminal: git's user.email)" },
    { flags: "--note <text>", description: "a note for the record" },
    ...codeOptions,
    { flags: "--dry-run", description: "check the gate and show the changes, write nothing" },
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
