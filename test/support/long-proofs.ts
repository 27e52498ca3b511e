/**
 * The tests that `npm run test:all` runs and `npm test` leaves out: applications that go through all phases, and tests that run many
 * stock commands. `npm run test:ci` runs a part of them. Paths below test/, as globs.
 */
export const longProofs: readonly string[] = [
  "docs/**/*.test.ts",
  "examples/plugin-dbmate.test.ts",
  "matrix/**/*.test.ts",
  "scenarios/**/*.test.ts",
  "contract/{after-safe,bad-input,executes,former-columns,hand-written,intercepted,killed-*,made-first,online,open-plans,phases,prepared-statements,safe,serving}.test.ts",
  "core/cli/code-choices.test.ts",
  "core/codemods/ranking/history.test.ts",
  "core/init/workspaces.test.ts",
  "database/hand-written/**/*.test.ts",
  "database/backfill/{interleavings,key-shapes,kill,workers}.test.ts",
  "database/backfill/{fault-runs,signals}/*.test.ts",
  "database/mysql/{drift-phases,online-run,prisma,prisma-forms,replication,typeorm-*}.test.ts",
  "database/rehearsal/locks.test.ts",
  "database/watch/watch.test.ts",
  "database/ways.test.ts",
  "kept/go-on.test.ts",
  "packed/{gallery,node-versions,prisma,release,typeorm,types}.test.ts",
  "plugin-prisma/codemods/properties.test.ts",
  "plugin-{prisma,typeorm}/codemods/type-check.test.ts",
  "plugin-prisma/cli/aim.test.ts",
  "plugin-prisma/engine/{connection,execution,hooks,migrate}.test.ts",
  "plugin-prisma/init/real-config.test.ts",
  "plugin-typeorm/changes.test.ts",
  "plugin-typeorm/cli/deploy.test.ts",
  "plugin-typeorm/detect/find-project.test.ts",
  "plugin-typeorm/entities/properties.test.ts",
  "plugin-typeorm/intercept/{code,columns,corrected,disagreements,generate,kinds,needs-values,open-plans,options,originals,production,redone,refused,register,run-lock,safe}.test.ts",
];
