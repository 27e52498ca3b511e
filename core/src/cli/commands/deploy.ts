import { defineCommand, listOption } from "../command.js";
import type { Target } from "../targets.js";

export default defineCommand({
  name: "deploy",
  endsItself: true,
  summary: "the ORM's own deployment on the targets: gates asked first, retried and cleaned up when locks stop it",
  options: [
    { flags: "--target <name...>", description: "these targets only, in this order; development by name" },
    { flags: "--attempts <count>", description: "runs in all while locks stop a migration (default 5)" },
    { flags: "--allow-unfilled", description: "add a column although its fill gives rows of the target no value" },
    {
      flags: "--confirm <gate...>",
      description:
        "confirm gates that need a person: writers-aware, reads-steady, mirror-agrees, translation-agrees, inserts-allowed, column-unused, waits-accepted",
    },
    { flags: "--by <name>", description: "who confirms (default at a terminal: git's user.email)" },
    { flags: "--note <text>", description: "a note for the record" },
  ],

  async run(invocation) {
    const { io, options, workspace } = invocation;
    const { project, plugin, config } = await workspace("act");
    const [
      { chooseTargets },
      { listPlans },
      { numberOption },
      { deployOn },
      { deployText },
      { nextText },
      { requireName },
    ] = await Promise.all([
      import("../targets.js"),
      import("../../plan/store.js"),
      import("../number-option.js"),
      import("../deploy-on.js"),
      import("../deploy-text.js"),
      import("../../review/terminal.js"),
      import("../who.js"),
    ]);
    requireName(invocation, "npx lockstep deploy");
    const names = options.target === undefined ? undefined : listOption(invocation, "target");
    const targets: Target[] = [];
    for (const name of names ?? [undefined]) targets.push(...(await chooseTargets(config, project, io, name, true)));
    const attempts = numberOption(invocation, "attempts", 1) ?? 5;
    const plans = listPlans(project.root);
    const reports = [];
    for (const target of targets) {
      const report = await deployOn(target, { invocation, project, plugin, plans, attempts });
      reports.push(report);
      // The next target gets nothing that this one refused.
      if (report.exitCode !== 0) break;
    }
    const last = reports.at(-1);
    const skipped = targets.slice(reports.length).map((target) => target.name);
    const next =
      last?.next ??
      (last?.status === "done"
        ? "deploy the code that belongs to it, then npx lockstep status"
        : "npx lockstep status");
    return {
      text: [
        ...reports.map((report) => deployText(report, io.colors)),
        ...(skipped.length === 0 ? [] : [`Not begun: ${skipped.join(", ")}`]),
        nextText(next, io.colors),
      ].join("\n"),
      json: {
        targets: reports.map(({ error, ...report }) => ({
          ...report,
          ...(error === undefined
            ? {}
            : { error: { code: error.code, message: error.message, why: error.why, details: error.details } }),
        })),
        skipped,
        next,
      },
      exitCode: last?.exitCode ?? 0,
    };
  },
});
