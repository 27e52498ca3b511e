import { defineCommand, textOption } from "../command.js";

export default defineCommand({
  name: "doctor",
  summary: "look at this project, its tools and every target for what would stand in a plan's way; nothing is changed",
  options: [
    { flags: "--target <name>", description: "one target of lockstep.config.ts, or development" },
    { flags: "--verbose", description: "show what is in order, too" },
  ],

  async run(invocation) {
    const { io, options } = invocation;
    const [{ examine }, { doctorText, doctorVerdict }] = await Promise.all([
      import("../examine.js"),
      import("../../review/doctor.js"),
    ]);
    const examination = await examine(invocation, textOption(invocation, "target"));
    return {
      text: doctorText(examination, io.colors, options.verbose === true),
      json: { ...examination, ...doctorVerdict(examination) },
      exitCode: doctorVerdict(examination).exitCode,
    };
  },
});
