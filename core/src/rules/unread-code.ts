import { defineOtherRule } from "./rule.js";

export default defineOtherRule({
  id: "unread-code",
  severity: "warning",
  summary: "A migration builds its SQL at run time",
  on: [],
  safer: () => ({
    words: "write the statements as plain strings, or review them yourself and waive this with a reason",
  }),
  examples: { unsafe: [], safe: [] },
  background: `The value of a variable, or the effect of other code, is known only at run time. Lockstep reports such code and never guesses.`,
});
