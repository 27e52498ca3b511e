import { defineCommand } from "../command.js";

export default defineCommand({
  name: "explain",
  summary: "what an error code or a rule means, and what to do",
  arguments: [{ name: "[topic]", description: "LS2001, add-column-not-null …" }],

  async run({ arguments: [topic], io }) {
    const [{ errorTable, LockstepError }, { rules }, { columns }] = await Promise.all([
      import("../../errors.js"),
      import("../../rules/index.js"),
      import("../../review/columns.js"),
    ]);
    const codes = Object.entries(errorTable);
    if (topic === undefined) {
      const text = [
        io.colors.bold("Rules"),
        columns(rules.map((rule) => [rule.id, rule.summary])),
        "",
        io.colors.bold("Errors"),
        columns(codes.map(([code, entry]) => [code, entry.title])),
      ].join("\n");
      return {
        text,
        json: { rules: rules.map(({ id, summary }) => ({ id, summary })), errors: errorTable },
        exitCode: 0,
      };
    }
    const entry = codes.find(([code]) => code === topic.toUpperCase())?.[1];
    if (entry !== undefined) {
      const text = `${io.colors.bold(`${topic.toUpperCase()}: ${entry.title}`)}\n${entry.why}\nNext   ${entry.next}`;
      return { text, json: { code: topic.toUpperCase(), ...entry }, exitCode: 0 };
    }
    const rule = rules.find((candidate) => candidate.id === topic);
    if (rule === undefined) throw new LockstepError("LS8008", `There is no error code or rule "${topic}".`);
    const text = [
      io.colors.bold(`${rule.id}: ${rule.summary}`),
      rule.background,
      "",
      "Rewritten:",
      ...rule.examples.unsafe.map((sql) => `  ${sql}`),
      "Passes as it stands:",
      ...rule.examples.safe.map((sql) => `  ${sql}`),
    ].join("\n");
    const { id, summary, background, examples } = rule;
    return { text, json: { rule: id, summary, background, examples }, exitCode: 0 };
  },
});
