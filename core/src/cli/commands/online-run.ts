import { LockstepError } from "../../base/errors.js";
import { toItsEnd } from "../../base/to-its-end.js";
import { defineCommand, onTarget, sameCommand, textOption } from "../command.js";

export default defineCommand({
  name: "online run",
  endsItself: true,
  summary: "copy tables of MySQL and MariaDB while writes go on, where the server itself would stop them",
  arguments: [{ name: "[plan]", description: "may be left out while one is open" }],
  options: [
    { flags: "--target <name>", description: "one target of lockstep.config.ts, or development" },
    { flags: "--tool <name>", description: "pt-osc (default) or gh-ost" },
    { flags: "--max-lag <seconds>", description: "pause while a replica is further behind (default 1)" },
    { flags: "--chunk-time <ms>", description: "how long a chunk should hold its rows (default 100)" },
    {
      flags: "--allow-foreign-keys",
      description: "foreign keys that lead to the table may be dropped and added again",
    },
    { flags: "--without-replicas", description: "there are no replicas: where the account may not look for them" },
    { flags: "--clean-up", description: "first take away what a run that was killed has left" },
    { flags: "--progress-json", description: "progress as lines of JSON on stderr" },
    { flags: "--dry-run", description: "look at everything, let the tool look too, and change nothing" },
  ],

  async run(invocation) {
    const { io, workspace, options } = invocation;
    const { project, plugin, config } = await workspace("act");
    const [
      { choosePlan },
      { chooseTargets },
      { connect },
      { requireSystem },
      { runCopy },
      { chooseTool },
      { onlineUnits, recordCopy },
      { CopyView },
      { nextText },
      { numberOption },
      { verifyPlan },
    ] = await Promise.all([
      import("../../plan/store.js"),
      import("../targets.js"),
      import("../../databases/connect.js"),
      import("../../target/facts/same-system.js"),
      import("../../mysql/online/run-copy.js"),
      import("../../mysql/online/choose-tool.js"),
      import("../../mysql/online/units.js"),
      import("../copy-view.js"),
      import("../../review/terminal.js"),
      import("../number-option.js"),
      import("../../change/release/verify-plans.js"),
    ]);
    const plan = choosePlan(project.root, invocation.arguments[0]);
    await verifyPlan(project, plugin, plan);
    const units = onlineUnits(plan);
    if (units.length === 0)
      throw new LockstepError("LS5024", `Plan ${plan.id} has nothing that a tool copies a table for.`);
    const tool = chooseTool(textOption(invocation, "tool"));
    const maxLagSeconds = numberOption(invocation, "maxLag", 1) ?? 1;
    const chunkMs = numberOption(invocation, "chunkTime", 10) ?? 100;
    const isDryRun = options.dryRun === true;
    const lines: string[] = [];
    const results: Record<string, unknown>[] = [];
    for (const target of await chooseTargets(config, project, io, textOption(invocation, "target"), true)) {
      for (const spec of units) {
        const view = new CopyView(io, target.name, spec, options.progressJson === true);
        // A session of its own for each: its lock ends with it.
        const connection = await connect(target.url, { applicationName: "lockstep online run" });
        try {
          requireSystem(connection, plan, target.name);
          const copy = () =>
            runCopy({
              url: target.url,
              connection,
              spec,
              tool,
              maxLagSeconds,
              chunkMs,
              allowForeignKeys: options.allowForeignKeys === true,
              withoutReplicas: options.withoutReplicas === true,
              cleanUp: options.cleanUp === true,
              isDryRun,
              cwd: project.root,
              env: io.env,
              signal: io.signal,
              now: () => io.now(),
              onEvent: (event) => view.show(event),
            });
          // Interrupted, it takes its triggers and its copy away.
          const result = await toItsEnd(copy).finally(() => io.progress.end());
          if (!isDryRun) await recordCopy(connection, plan, spec, tool.program);
          results.push({ target: target.name, table: spec.table.name, result });
          lines.push(view.verdict(result));
        } finally {
          await connection.close();
        }
      }
    }
    lines.push(
      nextText(
        isDryRun
          ? sameCommand(`npx lockstep online run ${plan.id}`, invocation)
          : onTarget("npx lockstep deploy", invocation),
        io.colors,
      ),
    );
    return { text: lines.join("\n"), json: { plan: plan.id, results }, exitCode: 0 };
  },
});
