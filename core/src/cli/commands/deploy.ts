import { defineCommand, listOption } from "../command.js";
import type { Target } from "../targets.js";

export default defineCommand({
  name: "deploy",
  endsItself: true,
  summary: "run the ORM's migrations on the targets, with lock retries",
  options: [
    { flags: "--target <name...>", description: "targets to deploy, in this order (default: all)" },
    { flags: "--attempts <count>", description: "attempts when a lock blocks a migration (default 5)" },
    { flags: "--allow-unfilled", description: "add a column even if its fill leaves rows without a value" },
    {
      flags: "--confirm <gate...>",
      description: "confirm gates that Lockstep cannot check itself",
    },
    { flags: "--by <name>", description: "who confirms (default on a terminal: git user.email)" },
    { flags: "--note <text>", description: "note to record with the confirmation" },
  ],

  async run(invocation) {
    const { io, options, workspace } = invocation;
    const { project, plugin, config } = await workspace("act");
    const [
      { chooseTargets },
      { listPlans },
      { numberOption },
      { deployOn },
      { afterDeploy, deployText },
      { nextText },
      { requireName },
      { codeSettings },
    ] = await Promise.all([
      import("../targets.js"),
      import("../../plan/store.js"),
      import("../number-option.js"),
      import("../deploy-on.js"),
      import("../deploy-text.js"),
      import("../../review/terminal.js"),
      import("../who.js"),
      import("../../config/code-settings.js"),
    ]);
    requireName(invocation, "npx lockstep deploy");
    const names = options.target === undefined ? undefined : listOption(invocation, "target");
    const targets: Target[] = [];
    for (const name of names ?? [undefined]) targets.push(...(await chooseTargets(config, project, io, name, true)));
    const attempts = numberOption(invocation, "attempts", 1) ?? 5;
    const plans = listPlans(project.root);
    const code = codeSettings(config);
    const reports = [];
    for (const target of targets) {
      const report = await deployOn(target, { invocation, project, plugin, plans, code, attempts });
      reports.push(report);
      // Do not deploy to the next target what this one rejected.
      if (report.exitCode !== 0) break;
    }
    const last = reports.at(-1);
    const skipped = targets.slice(reports.length).map((target) => target.name);
    const next =
      last?.next ??
      (last?.status === "done"
        ? afterDeploy(
            plans,
            reports.flatMap(({ applied }) => applied),
            names !== undefined && Object.keys(config.targets).some((name) => !names.includes(name)),
          )
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
