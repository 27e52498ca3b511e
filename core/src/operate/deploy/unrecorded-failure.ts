import { LockstepError } from "../../base/errors.js";
import { quotedTable } from "../../model/names.js";
import type { OrmPlugin } from "../../plugin/plugin.js";
import type { FailedMigration } from "./failed-migration.js";

/** PostgreSQL's codes for existing objects: a column, a function, a schema, a table or index, anything else. */
const exists = new Set(["42701", "42723", "42P06", "42P07", "42710"]);

/**
 * The error for a failed user's own migration if the ORM records no failures: the next run starts with its first statement again, whatever
 * already exists.
 *
 * @param command the command that deploys again
 */
export function unrecordedFailure(
  failed: FailedMigration,
  cause: string,
  {
    target,
    plugin,
    command,
  }: { readonly target: { readonly name: string }; readonly plugin: OrmPlugin; readonly command: string },
): LockstepError {
  const { name, failure, index } = failed;
  const details = { migration: name, target: target.name, sqlState: failure.sqlState };
  const error = (more: readonly string[], hint: string) =>
    new LockstepError("LS7020", [`${name} failed on ${target.name}.`, cause, ...more].join("\n"), { hint, details });
  const restarts = "the next run starts again with its first statement";
  const instead = `  Instead of these steps: run its other statements yourself, and record it: ${plugin.words.skip(name)}`;
  const left = (failed.left ?? []).filter((sql) => !/^(?:select|show|set)\b/i.test(sql));
  if (left.length > 0) {
    const back = failed.back.map((sql) => `${sql.trim().replace(/;$/, "")};`).join(" ");
    return error(
      [
        `No transaction reverts it, and the ORM has not recorded the migration: ${restarts}, which fails because of ${left.length === 1 ? "this earlier statement" : `these ${left.length} earlier statements`}:`,
        ...left.map((sql) => `  ${sql}`),
      ],
      `Revert ${left.length === 1 ? "it" : "them"} on ${target.name}${back === "" ? "." : `: ${back}`}\nFix the cause.\n${command}\n${instead}`,
    );
  }
  if (failure.sqlState !== undefined && exists.has(failure.sqlState)) {
    if (index !== undefined) {
      const drop = `DROP INDEX CONCURRENTLY IF EXISTS ${quotedTable({ ...index.table, name: index.index.name })}`;
      return error(
        ["An interrupted build may have left an INVALID index."],
        `npx lockstep doctor   # shows an INVALID index\nOn ${target.name}: ${drop}\n${command}`,
      );
    }
    return error(
      [`An interrupted run may have created it: the ORM records no failure, and ${restarts}.`],
      `Revert on ${target.name} what the run created.\n${command}\n${instead}`,
    );
  }
  if (failed.isLock)
    return error(
      ["It waited for a lock. Lockstep does not retry it, because its text does not show everything that it does."],
      `${command}   # when no session holds the table`,
    );
  return error(failed.left === undefined ? [] : ["Nothing of it remains."], `Fix the cause.\n${command}`);
}
