import { isTested, mariadbVersions, mysqlVersions } from "../../base/supported-versions.js";
import { type Check, type Finding, ok, problem, warning } from "../../dialect/check.js";
import type { DialectId } from "../../model/dialect.js";

export default {
  id: "server-version",
  title: "server version",
  on: "target",
  async run({ connection: { dialect, serverVersion } }) {
    return [versionFinding(dialect.id, dialect.label, serverVersion)];
  },
} satisfies Check;

/** @param version as `Connection.serverVersion` counts */
export function versionFinding(id: DialectId, label: string, version: number): Finding {
  const { tool, floor } = id === "mariadb" ? mariadb : mysql;
  const dotted = (number: number) =>
    [Math.floor(number / 10_000), Math.floor(number / 100) % 100, number % 100].join(".");
  const name = `${label} ${dotted(version)}`;
  if (version < floor.version)
    return problem(`${name} is too old: it ${floor.lacks}`, {
      why: "On this server, changes that Lockstep treats as safe rewrite the whole table, or leave partial changes after an interruption.",
      next: `upgrade to ${label} ${dotted(floor.version)} or later, or write migrations for this server yourself`,
    });
  if (isTested(tool, dotted(version))) return ok(name);
  return warning(`${name} is not among the tested versions: ${tool.tested}`, {
    next: "rehearse on a copy of this target first",
  });
}

const mysql = { tool: mysqlVersions, floor: { version: 80_012, lacks: "does not support ALGORITHM=INSTANT" } };
const mariadb = {
  tool: mariadbVersions,
  floor: { version: 100_600, lacks: "cannot revert an interrupted ALTER TABLE" },
};
