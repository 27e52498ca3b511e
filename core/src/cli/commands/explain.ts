import type { Gate } from "../../gates/gate.js";
import type { Colors } from "../../review/colors.js";
import { type CommandResult, defineCommand } from "../command.js";

export default defineCommand({
  name: "explain",
  summary: "explain an error code, a rule or a gate",
  arguments: [{ name: "[topic]", description: "an error code, rule or gate: LS2001, writers-aware" }],

  async run({ arguments: [topic], io }) {
    const [
      { errorTable, LockstepError },
      { rules, plannedRules, reportedRules },
      { waiverText },
      { advices },
      { gates },
      { columns },
      { pageText },
      { nextText },
    ] = await Promise.all([
      import("../../base/errors.js"),
      import("../../rules/index.js"),
      import("../../lint/waivers.js"),
      import("../../rules/advice.js"),
      import("../../gates/index.js"),
      import("../../review/columns.js"),
      import("../../review/page-text.js"),
      import("../../review/terminal.js"),
    ]);
    const codes = Object.entries(errorTable);
    if (topic === undefined) {
      const text = [
        io.colors.bold("Rewritten in phases"),
        columns(plannedRules.map((rule) => [rule.id, rule.summary])),
        "",
        io.colors.bold("Reported by check"),
        columns(reportedRules.map((rule) => [rule.id, rule.summary])),
        "",
        io.colors.bold("Gates"),
        columns(Object.entries(gates).map(([id, { about }]) => [id, `before ${about.before}`])),
        "",
        io.colors.bold("Errors"),
        columns(codes.map(([code, entry]) => [code, entry.title])),
      ].join("\n");
      return {
        text,
        json: {
          rules: plannedRules.map(({ id, summary }) => ({ id, summary })),
          gates: Object.entries(gates).map(([id, { about }]) => ({ id, before: about.before, opens: about.opens })),
          checks: reportedRules.map(({ id, summary, severity }) => ({ id, summary, severity })),
          errors: errorTable,
        },
        exitCode: 0,
      };
    }
    const entry = codes.find(([code]) => code === topic.toUpperCase())?.[1];
    if (entry !== undefined) {
      const text = `${io.colors.bold(`${topic.toUpperCase()}: ${entry.title}`)}\n${pageText(entry.why, io.colors)}\n${nextText(entry.next, io.colors)}`;
      return { text, json: { code: topic.toUpperCase(), ...entry }, exitCode: 0 };
    }
    const advice = advices.find(({ id }) => id === topic);
    if (advice !== undefined) {
      const { summary, instead } = advice;
      return {
        text: `${io.colors.bold(`${topic}: ${summary}`)}\n${pageText(`Advice: ${instead}`, io.colors)}`,
        json: { advice: topic, summary, instead },
        exitCode: 0,
      };
    }
    const gate = gates[topic];
    if (gate !== undefined)
      return gateResult(topic, gate, io.colors, pageText(`It opens when ${gate.about.opens}.`, io.colors));
    const rule = rules.find((candidate) => candidate.id === topic);
    if (rule === undefined) throw new LockstepError("LS8008", `There is no error code, rule or gate "${topic}".`);
    const { summary, background, instead, severity, mysql } = rule;
    const { unsafe = [], rewritten = [], ...more } = rule.examples;
    const listed = (title: string, all: readonly string[]) =>
      all.length === 0 ? [] : ["", title, ...all.map((sql) => `  ${sql}`)];
    const text = [
      io.colors.bold(`${topic}: ${summary}`),
      ...[background, instead ?? "", mysql === undefined ? "" : `MySQL and MariaDB: ${mysql.background}`]
        .filter((page) => page !== "")
        .map((page) => pageText(page, io.colors)),
      ...listed("Rewritten in phases:", rewritten),
      ...listed("Reported by check:", unsafe),
      ...listed("Passes unchanged:", more.safe),
      ...(severity === undefined ? [] : ["", pageText(waiverText(topic), io.colors)]),
    ].join("\n");
    const examples = { ...more, unsafe: [...rewritten, ...unsafe] };
    const json = { rule: topic, summary, background, instead, examples, severity };
    return { text, json, exitCode: 0 };
  },
});

function gateResult(id: string, { about, isConfirmed }: Gate, colors: Colors, opening: string): CommandResult {
  const { before, opens, command } = about;
  const confirm = isConfirmed ? `npx lockstep ${command} --confirm ${id}` : undefined;
  const text = [
    colors.bold(`${id}: gate before ${before}`),
    opening,
    ...(confirm === undefined
      ? ["Lockstep checks it in the database. It cannot be confirmed."]
      : [
          "If Lockstep cannot check it, or the result is intended, a person or a pipeline confirms it:",
          `  ${confirm}`,
          "The ledger of the target records the name and the time. --by <name> sets the name.",
        ]),
    `Next   ${command === "next" ? "npx lockstep next --dry-run   # checks it, and writes nothing" : "npx lockstep status"}`,
  ].join("\n");
  return { text, json: { gate: id, before, opens, ...(confirm && { confirm }) }, exitCode: 0 };
}
