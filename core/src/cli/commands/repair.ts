import { defineCommand, onTarget, textOption } from "../command.js";

export default defineCommand({
  name: "repair",
  summary: "find and remove leftovers of interrupted runs",
  arguments: [{ name: "[plan]", description: "plan id (default: every plan)" }],
  options: [
    { flags: "--target <name>", description: "target from lockstep.config.ts, or development" },
    { flags: "--files", description: "only restore the plans' files in the repository" },
    { flags: "--dry-run", description: "print what would be done, change nothing" },
    { flags: "-y, --yes", description: "change targets without a prompt" },
  ],

  async run(invocation) {
    const { io, options, workspace } = invocation;
    const { project, plugin, config } = await workspace();
    const [{ listPlans, loadPlan }, { chooseTargets, developmentTarget }, repairing, { nextText }] = await Promise.all([
      import("../../plan/store.js"),
      import("../targets.js"),
      import("../repair-on.js"),
      import("../../review/terminal.js"),
    ]);
    const isDry = options.dryRun === true;
    const interrupted = await repairing.repairFiles(project.root, isDry);
    const [id] = invocation.arguments;
    const plans = id === undefined ? listPlans(project.root) : [loadPlan(project.root, id)];
    const isLocal = options.files === true;
    const restored = isLocal ? repairing.repairPlanFiles({ project, plugin, plans, isDry }) : [];
    const files = [...interrupted, ...restored];
    const name =
      textOption(invocation, "target") ?? (Object.keys(config.targets).length === 0 ? developmentTarget : undefined);
    // Without a plan, Lockstep has left nothing on a target.
    const targets = plans.length === 0 || isLocal ? [] : await chooseTargets(config, project, io, name, true);
    const reports = [];
    for (const target of targets)
      reports.push(await repairing.repairOn(target, { invocation, project, plugin, plans, isDry }));
    const found = [...files, ...reports.flatMap((report) => report.findings)];
    const open = found.filter((finding) => finding.done === undefined);
    const fixable = open.filter((finding) => finding.isFixable);
    const next =
      fixable.length > 0
        ? onTarget(
            `npx lockstep repair${id === undefined ? "" : ` ${id}`}${isLocal ? " --files" : isDry ? "" : " --yes"}`,
            invocation,
          )
        : open.length > 0
          ? `Do what is listed above.\n${onTarget(`npx lockstep repair${isLocal ? " --files" : ""}`, invocation)}`
          : "npx lockstep status";
    return {
      text: [
        ...(files.length === 0 ? [] : [repairing.findingsText("repository", files, io.colors)]),
        ...reports.map((report) => repairing.findingsText(report.target, report.findings, io.colors)),
        ...(targets.length === 0 && !isLocal
          ? [
              `${io.colors.yellow("!")} this checkout has no plan, so no target was checked: npx lockstep doctor finds leftovers`,
            ]
          : found.length === 0
            ? [`${io.colors.green("✔")} nothing to repair`]
            : []),
        nextText(next, io.colors),
      ]
        .filter((line) => line !== "")
        .join("\n"),
      json: { files, targets: reports, dryRun: isDry, next },
      exitCode: open.length > 0 && !isDry ? 1 : 0,
    };
  },
});
