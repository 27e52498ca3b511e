import { defineCommand } from "../command.js";

export default defineCommand({
  name: "explain",
  summary: "what an error code or a rule means, and what to do",
  arguments: [{ name: "[topic]", description: "LS2001, add-column-not-null …" }],

  async run({ arguments: [topic], io }) {
    const [{ errorTable, LockstepError }, { rules }, { checkRules }, { columns }] = await Promise.all([
      import("../../base/errors.js"),
      import("../../rules/index.js"),
      import("../../lint/rules/index.js"),
      import("../../review/columns.js"),
    ]);
    const codes = Object.entries(errorTable);
    if (topic === undefined) {
      const text = [
        io.colors.bold("Rewritten in phases"),
        columns(rules.map((rule) => [rule.id, rule.summary])),
        "",
        io.colors.bold("Told by check"),
        columns(checkRules.map((rule) => [rule.id, rule.summary])),
        "",
        io.colors.bold("Errors"),
        columns(codes.map(([code, entry]) => [code, entry.title])),
      ].join("\n");
      return {
        text,
        json: {
          rules: rules.map(({ id, summary }) => ({ id, summary })),
          checks: checkRules.map(({ id, summary, severity }) => ({ id, summary, severity })),
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
    const rule = rules.find((candidate) => candidate.id === topic);
    const check = checkRules.find((candidate) => candidate.id === topic);
    if (rule === undefined && check === undefined)
      throw new LockstepError("LS8008", `There is no error code or rule "${topic}".`);
    const told = (check?.examples.unsafe ?? []).filter((sql) => !rule?.examples.unsafe.includes(sql));
    const passing = [...new Set([...(check?.examples.safe ?? []), ...(rule?.examples.safe ?? [])])];
    const listed = (title: string, all: readonly string[]) =>
      all.length === 0 ? [] : ["", title, ...all.map((sql) => `  ${sql}`)];
    const text = [
      io.colors.bold(`${topic}: ${check?.summary ?? rule?.summary}`),
      ...new Set([check?.background, rule?.background].filter((each) => each !== undefined)),
      ...(check?.mysql === undefined ? [] : [`MySQL and MariaDB: ${check.mysql.background}`]),
      ...listed("Rewritten in phases:", rule?.examples.unsafe ?? []),
      ...listed("Told by check:", told),
      ...listed("Passes as it stands:", passing),
      ...(check === undefined
        ? []
        : [
            "",
            `To waive one place, before the statement: -- lockstep-ignore ${topic}: <reason>. In a migration that has run: check.waivers of lockstep.config.ts`,
          ]),
    ].join("\n");
    const { summary, background, examples } = rule ?? check ?? {};
    const severity = check === undefined ? {} : { severity: check.severity };
    return { text, json: { rule: topic, summary, background, examples, ...severity }, exitCode: 0 };
  },
});
