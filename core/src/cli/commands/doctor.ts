import { defineCommand, textOption } from "../command.js";

export default defineCommand({
  name: "doctor",
  summary: "find what would block a plan: project, tools and targets",
  options: [
    { flags: "--target <name>", description: "target from lockstep.config.ts, or development" },
    { flags: "--verbose", description: "also list the checks that passed" },
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
