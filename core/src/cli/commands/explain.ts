import { defineCommand } from "../command.js";

export default defineCommand({
  name: "explain",
  summary: "explain an error code or a rule",
  arguments: [{ name: "[topic]", description: "an error code or a rule: LS2001, add-index" }],

  async run({ arguments: [topic], io }) {
    const [{ errorTable, LockstepError }, { rules, plannedRules, reportedRules }, { advices }, { columns }] =
      await Promise.all([
        import("../../base/errors.js"),
        import("../../rules/index.js"),
        import("../../rules/advice.js"),
        import("../../review/columns.js"),
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
        io.colors.bold("Errors"),
        columns(codes.map(([code, entry]) => [code, entry.title])),
      ].join("\n");
      return {
        text,
        json: {
          rules: plannedRules.map(({ id, summary }) => ({ id, summary })),
          checks: reportedRules.map(({ id, summary, severity }) => ({ id, summary, severity })),
          errors: errorTable,
        },
        exitCode: 0,
      };
    }
    const entry = codes.find(([code]) => code === topic.toUpperCase())?.[1];
    if (entry !== undefined) {
      const text = `${io.colors.bold(`${topic.toUpperCase()}: ${entry.title}`)}\n${entry.why}\nNext   ${entry.next}`;
      return { text, json: { code: topic.toUpperCase(), ...entry }, exitCode: 0 };
    }
    const advice = advices.find(({ id }) => id === topic);
    if (advice !== undefined) {
      const { summary, instead } = advice;
      return {
        text: `${io.colors.bold(`${topic}: ${summary}`)}\nAdvice: ${instead}`,
        json: { advice: topic, summary, instead },
        exitCode: 0,
      };
    }
    const rule = rules.find((candidate) => candidate.id === topic);
    if (rule === undefined) throw new LockstepError("LS8008", `There is no error code or rule "${topic}".`);
    const { summary, background, instead, severity, mysql } = rule;
    const { unsafe = [], rewritten = [], ...more } = rule.examples;
    const listed = (title: string, all: readonly string[]) =>
      all.length === 0 ? [] : ["", title, ...all.map((sql) => `  ${sql}`)];
    const text = [
      io.colors.bold(`${topic}: ${summary}`),
      background,
      ...(instead === undefined ? [] : [instead]),
      ...(mysql === undefined ? [] : [`MySQL and MariaDB: ${mysql.background}`]),
      ...listed("Rewritten in phases:", rewritten),
      ...listed("Reported by check:", unsafe),
      ...listed("Passes unchanged:", more.safe),
      ...(severity === undefined
        ? []
        : [
            "",
            `To waive one statement, write above it: -- lockstep-ignore ${topic}: <reason> (in TypeScript: //). In a migration that has run, use check.waivers in lockstep.config.ts`,
          ]),
    ].join("\n");
    const examples = { ...more, unsafe: [...rewritten, ...unsafe] };
    const json = { rule: topic, summary, background, instead, examples, severity };
    return { text, json, exitCode: 0 };
  },
});
