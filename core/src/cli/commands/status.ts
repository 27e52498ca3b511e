import { defineCommand, textOption } from "../command.js";

export default defineCommand({
  name: "status",
  summary: "where every plan stands, in the repository and on every target",
  arguments: [{ name: "[plan]", description: "only this one" }],
  options: [{ flags: "--target <name>", description: "one target of lockstep.config.ts, or development" }],

  async run(invocation) {
    const { io, workspace } = invocation;
    const { project, plugin, config } = await workspace();
    const [
      { listPlans, loadPlan },
      { chooseTargets, developmentTarget, otherTargets },
      { firstToSee, readStatus, statusText },
      { nextText },
      { findContradictions },
      { contradictionText },
    ] = await Promise.all([
      import("../../plan/store.js"),
      import("../targets.js"),
      import("../plan-status.js"),
      import("../../review/terminal.js"),
      import("../../release/verify-plans.js"),
      import("../../review/contradictions.js"),
    ]);
    const [id] = invocation.arguments;
    const contradictions = findContradictions(project, plugin).filter(({ plan }) => id === undefined || plan === id);
    const wrong = contradictions.map((each) => contradictionText(each, io.colors));
    const plans = id === undefined ? listPlans(project.root) : [loadPlan(project.root, id)];
    if (plans.length === 0)
      return {
        text: [
          ...(wrong.length > 0 ? wrong : ["There is no plan in this project."]),
          nextText(contradictions[0]?.next ?? `edit your model, then ${plugin.words.develop}`, io.colors),
        ].join("\n"),
        json: { plans: [], contradictions },
        exitCode: wrong.length > 0 ? 1 : 0,
      };
    const name =
      textOption(invocation, "target") ?? (Object.keys(config.targets).length === 0 ? developmentTarget : undefined);
    const targets = await chooseTargets(config, project, io, name, true);
    const others = otherTargets(config, name);
    const statuses = [];
    for (const plan of plans) statuses.push(await readStatus(plan, targets, project, plugin, others));
    const last = firstToSee(statuses);
    return {
      text: [
        ...statuses.map((status) => statusText(status, io.colors)),
        ...wrong,
        nextText(contradictions[0]?.next ?? last?.next ?? "", io.colors),
      ].join("\n"),
      json: { plans: statuses, contradictions },
      exitCode: statuses.some((status) => status.targets.some((target) => target.error !== undefined))
        ? 3
        : wrong.length > 0
          ? 1
          : 0,
    };
  },
});
