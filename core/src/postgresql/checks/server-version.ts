import { isTested, postgresVersions } from "../../base/supported-versions.js";
import { type Check, ok, problem, warning } from "../../dialect/check.js";
import { neededServer } from "../../target/facts/server-version.js";

export default {
  id: "server-version",
  title: "PostgreSQL version",
  on: "target",
  async run({ connection: { serverVersion }, openPlans, target }) {
    const major = Math.floor(serverVersion / 10_000);
    const version = `${major}.${serverVersion % 10_000}`;
    const asking = openPlans.find(({ units }) => units.some((unit) => (neededServer(unit) ?? 0) > major));
    if (asking !== undefined)
      return [
        problem(`PostgreSQL ${version} does not support all statements of ${asking.id}`, {
          why: "The plan was created with a newer server. Lockstep rejects its deployment here.",
          next: `npx lockstep abandon ${asking.id}   # to start over with another plan; or upgrade ${target} instead`,
        }),
      ];
    if (isTested(postgresVersions, version)) return [ok(`PostgreSQL ${version}`)];
    // Before 11 a column with a constant default rewrites its table: then Lockstep's judgement of what is safe is wrong.
    if (serverVersion < 110_000)
      return [
        problem(`PostgreSQL ${version} is too old`, {
          why: "On this server, changes that Lockstep treats as safe rewrite the whole table.",
          next: "upgrade it, or write migrations for this server yourself",
        }),
      ];
    return [
      warning(`PostgreSQL ${version} is not among the tested versions: ${postgresVersions.tested}`, {
        next: "rehearse on a copy of this target first",
      }),
    ];
  },
} satisfies Check;
