import { defineOtherRule } from "./rule.js";

export default defineOtherRule({
  id: "transaction-override",
  severity: "error",
  summary: "A TypeORM class with its own transaction setting, in the transaction mode `all`",
  on: [],
  safer: () => ({
    words: 'set `migrationsTransactionMode: "each"` in the data source, and run migrations without `-t all`',
  }),
  examples: { unsafe: [], safe: [] },
  background: `TypeORM rejects a run in the mode \`all\` if a pending class sets \`transaction\`, to \`false\` or to \`true\`
(ForbiddenTransactionModeOverrideError). No migration of the run is applied. Applied classes do not matter. \`all\` is the default. The modes
\`each\` and \`none\` accept the setting. \`check\` reports nothing if the files of the repository do not show the mode. \`deploy\` reads it from
the data source.`,
});
