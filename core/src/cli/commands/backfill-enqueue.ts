import { LockstepError } from "../../base/errors.js";
import { defineCommand, textOption } from "../command.js";

export default defineCommand({
  name: "backfill enqueue",
  summary: "queue the backfill as graphile-worker jobs, one per target",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [
    {
      flags: "--queue-url-from <variable>",
      description: "environment variable with the URL of the queue database",
    },
    { flags: "--target <name>", description: "target from lockstep.config.ts, or development" },
    {
      flags: "--jobs-each <n>",
      description: "processes that share one target (default 1, at most 64)",
    },
    {
      flags: "--queue-name <name>",
      description: "run jobs of this queue one at a time (default: parallel)",
    },
    { flags: "--max-attempts <n>", description: "attempts per job (default: 25, as in graphile-worker)" },
  ],

  async run(invocation) {
    const { io, workspace } = invocation;
    const { project, plugin, config } = await workspace("act");
    const [
      { planOf },
      { chooseTargets },
      { maxSessions, numberOption },
      { addJobs },
      { nextText },
      { counted },
      { verifyPlan },
    ] = await Promise.all([
      import("../plan-of.js"),
      import("../targets.js"),
      import("../number-option.js"),
      import("../queue-jobs.js"),
      import("../../review/terminal.js"),
      import("../../review/counted.js"),
      import("../../change/release/verify-plans.js"),
    ]);
    const plan = planOf(invocation, project.root);
    await verifyPlan(project, plugin, plan);
    if (plan.backfills.length === 0)
      throw new LockstepError("LS3008", `Plan ${plan.id} fills no rows.`, { hint: "npx lockstep status" });
    const variable = textOption(invocation, "queueUrlFrom");
    const url = variable === undefined ? undefined : io.env[variable];
    if (variable === undefined || !url)
      throw new LockstepError(
        variable === undefined ? "LS8002" : "LS8003",
        variable === undefined
          ? "The queue's URL is not configured."
          : `The queue's URL comes from ${variable}, which is not set.`,
        { hint: `npx lockstep backfill enqueue --queue-url-from ${variable ?? "QUEUE_DATABASE_URL"}` },
      );
    const each = numberOption(invocation, "jobsEach", 1, maxSessions) ?? 1;
    const maxAttempts = numberOption(invocation, "maxAttempts", 1);
    const queueName = textOption(invocation, "queueName");
    const targets = await chooseTargets(config, project, io, textOption(invocation, "target"), true);
    const jobs = targets.flatMap(({ name: target }) =>
      Array.from({ length: each }, (_, at) => ({
        key: `lockstep:${plan.id}:${target}:${at + 1}`,
        payload: { plan: plan.id, target },
      })),
    );
    const queued = await addJobs(url, jobs, {
      // graphile-worker reads the same variable.
      schema: io.env.GRAPHILE_WORKER_SCHEMA || "graphile_worker",
      ...(queueName !== undefined && { queueName }),
      ...(maxAttempts !== undefined && { maxAttempts }),
    });
    const count = (as: string) => queued.filter((one) => one === as).length;
    const [added, waiting, revived] = [count("added"), count("waiting"), count("revived")];
    return {
      text: [
        `${io.colors.green("✔")} ${counted(added, "job")} added${revived > 0 ? `, ${counted(revived, "failed job")} queued again` : ""}${waiting > 0 ? `, ${waiting} already queued` : ""}`,
        nextText(`npx lockstep backfill status ${plan.id}`, io.colors),
      ].join("\n"),
      json: {
        plan: plan.id,
        jobs: jobs.map(({ key, payload }, at) => ({ key, target: payload.target, state: queued[at] })),
      },
      exitCode: 0,
    };
  },
});
