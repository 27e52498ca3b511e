import { defineCommand, textOption } from "../command.js";

export default defineCommand({
  name: "status",
  summary: "show every plan's phase in the repository and on targets",
  arguments: [{ name: "[plan]", description: "plan id (default: every plan)" }],
  options: [{ flags: "--target <name>", description: "target from lockstep.config.ts, or development" }],

  async run(invocation) {
    const { io, workspace } = invocation;
    const { project, plugin, config } = await workspace();
    const [
      { loadPlan, readPlans },
      { otherTargets, targetsToShow },
      { firstToSee, othersNext, readStatus, statusText },
      { nextText },
      { planFaultsIn },
      { modelProblems },
      { codeSettings },
    ] = await Promise.all([
      import("../../plan/store.js"),
      import("../targets.js"),
      import("../plan-status.js"),
      import("../../review/terminal.js"),
      import("../../change/release/verify-plans.js"),
      import("../check-plans.js"),
      import("../../config/code-settings.js"),
    ]);
    const [id] = invocation.arguments;
    const found = (await planFaultsIn(project, plugin)).filter(({ plan }) => id === undefined || plan === id);
    const faults = found.map(({ plan, file, error: { code, message, hint } }) => ({ plan, file, code, message, hint }));
    const wrong = faults.map(({ code, message }) => `${io.colors.red("✖")} ${code} ${message}`);
    const isOfNobody = id !== undefined && faults.every(({ plan }) => plan !== id);
    const named = isOfNobody ? [loadPlan(project.root, id)] : readPlans(project.root).plans;
    // Never run a plan's unreviewable SQL, not even to read.
    const plans = named.filter(
      (plan) =>
        (id === undefined || plan.id === id) &&
        found.every((fault) => fault.plan !== plan.id || fault.contradiction !== undefined),
    );
    if (plans.length === 0)
      return {
        text: [
          ...(wrong.length > 0 ? wrong : ["There is no plan in this project."]),
          nextText(faults[0]?.hint ?? `${plugin.words.develop}   # after you edit your model`, io.colors),
        ].join("\n"),
        json: { plans: [], faults },
        exitCode: wrong.length > 0 ? 1 : 0,
      };
    const models = await modelProblems(plans, project, plugin);
    wrong.push(...models.map(({ what }) => `${io.colors.red("✖")} ${what}`));
    const name = textOption(invocation, "target");
    const shown = await targetsToShow(config, project, io, name);
    const others = otherTargets(config, name);
    const code = codeSettings(config);
    const statuses = [];
    for (const plan of plans)
      statuses.push(await readStatus(plan, shown, project, plugin, { code, otherTargets: others }));
    const first = firstToSee(statuses);
    // Without a plan to act on, the last one is done like all the others.
    const isAllDone = statuses.length > 1 && first?.isDone === true;
    const urgent = faults[0]?.hint ?? models[0]?.next ?? (isAllDone ? "nothing: every plan is done" : undefined);
    return {
      text: [
        ...statuses.map((status) => statusText(status, io.colors)),
        ...wrong,
        nextText(urgent ?? first?.next ?? "", io.colors),
        ...(urgent === undefined && first !== undefined ? othersNext(first, statuses) : []),
      ].join("\n"),
      json: { plans: statuses, faults, ...(models.length > 0 && { models }) },
      exitCode: statuses.some((status) => status.targets.some((target) => target.error !== undefined))
        ? 3
        : wrong.length > 0
          ? 1
          : 0,
    };
  },
});
