import { defineOtherRule } from "../check-rule.js";

export default defineOtherRule({
  id: "unread-code",
  severity: "warning",
  summary: "A migration puts its SQL together as it runs",
  on: [],
  safer: () => ({ words: "write the statements as plain strings, or look at what they do and waive it with a reason" }),
  examples: { unsafe: [], safe: [] },
  background: `What a variable holds, or what other code does, is known only when it runs. It is reported and never guessed.`,
});
