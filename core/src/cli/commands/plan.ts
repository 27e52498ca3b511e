import { inFiles, type Plan } from "../../model/plan.js";
import { defineCommand } from "../command.js";

export default defineCommand({
  name: "plan",
  summary: "explain a plan: hazards, phases, what is released",
  arguments: [{ name: "[plan]", description: "plan id; optional while one plan is open" }],
  options: [{ flags: "--sql", description: "also print the SQL of every migration" }],

  async run(invocation) {
    const { options, io, workspace } = invocation;
    const { project, plugin } = await workspace();
    const [
      { planOf },
      { listPlans },
      { phasesOf },
      terminal,
      { unitsText },
      { verifyPlan },
      { commandFor, valueWords },
    ] = await Promise.all([
      import("../plan-of.js"),
      import("../../plan/store.js"),
      import("../../plan/phases.js"),
      import("../../review/terminal.js"),
      import("../../plan/unit-files.js"),
      import("../../change/release/verify-plans.js"),
      import("../../review/messages.js"),
    ]);
    const plan = planOf(invocation, project.root);
    await verifyPlan(project, plugin, plan);
    const { colors } = io;
    const plans = listPlans(project.root);
    const phases = phasesOf(plan);
    const { released } = plan.state;
    const reached = released === "undone" ? -1 : phases.indexOf(released);
    const text = [
      terminal.hazardsText(plan, colors),
      ...(plan.notices.length > 0 ? [terminal.noticesText(plan.notices, colors)] : []),
      "",
      terminal.planText(plan, colors, (phase) => phase !== "backfill" && phases.indexOf(phase) <= reached),
      "",
      ...plan.columns.flatMap((column) => {
        const value = valueWords(column);
        if (value === undefined) return [];
        const source = column.fill === undefined ? "" : `   ${colors.dim(column.fill.source)}`;
        return [`Values of ${column.model}.${column.field}: ${value}${source}`];
      }),
      ...(plan.state.edits.length + plan.state.places.length > 0
        ? [
            terminal.editsText(
              { edits: latestEdits(plan.state.edits), open: plan.state, command: commandFor("code", plan, plans) },
              colors,
            ),
          ]
        : []),
      ...(options.sql === true
        ? inFiles(plan.units).map((units) => `\n${unitsText(plan, units, units[0].phase)}`)
        : []),
      released === "undone" ? "This plan was undone." : `Released so far: ${released}.`,
      terminal.nextText(`npx lockstep status ${plan.id}`, colors),
    ];
    return { text: text.join("\n"), json: { plan }, exitCode: 0 };
  },
});

/** Lists a place that several phases edited once, at its current position. */
function latestEdits(edits: Plan["state"]["edits"]): Plan["state"]["edits"] {
  const key = ({ file, what }: { readonly file: string; readonly what: string }) => `${file} ${what}`;
  return [...new Map(edits.map((edit) => [key(edit), edit])).values()];
}
