import { LockstepError } from "../../base/errors.js";
import { quotedTable } from "../../model/names.js";
import type { OrmPlugin } from "../../plugin/plugin.js";
import type { FailedMigration } from "./failed-migration.js";

/** PostgreSQL's codes for what is there already: a column, a function, a schema, a table or index, anything else. */
const exists = new Set(["42701", "42723", "42P06", "42P07", "42710"]);

/**
 * What to tell of a migration of the user's own that failed, where the ORM records no failures: it begins with its first statement
 * again, whatever of it is there.
 *
 * @param command what deploys again
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
  const again = "the next run starts again with its first statement";
  const byHand = `run the rest of it by hand and record it: ${plugin.words.skip(name)}`;
  const left = (failed.left ?? []).filter((sql) => !/^(?:select|show|set)\b/i.test(sql));
  if (left.length > 0) {
    const back = failed.back.map((sql) => `${sql.trim().replace(/;$/, "")};`).join(" ");
    return error(
      [
        `No transaction reverts it: ${left.length === 1 ? "the earlier statement remains" : `the ${left.length} earlier statements remain`}, and the ORM has not recorded the migration:`,
        ...left.map((sql) => `  ${sql}`),
      ],
      `${again[0]?.toUpperCase()}${again.slice(1)}, which fails because of these. Either revert them on ${target.name}${back === "" ? "" : ` (${back})`}, fix the cause, then ${command}. Or ${byHand}`,
    );
  }
  if (failure.sqlState !== undefined && exists.has(failure.sqlState)) {
    if (index !== undefined) {
      const drop = `DROP INDEX CONCURRENTLY IF EXISTS ${quotedTable({ ...index.table, name: index.index.name })}`;
      return error(
        [],
        `An interrupted build may have left an INVALID index (npx lockstep doctor shows it). On ${target.name}: ${drop}; then ${command}`,
      );
    }
    return error(
      [],
      `An interrupted run may have created it: the ORM records no failure, and ${again}. Revert on ${target.name} what the run created, then ${command}. Or ${byHand}`,
    );
  }
  if (failed.isLock)
    return error(
      [],
      `It waited for a lock. Lockstep does not retry it, because its text does not show everything that it does. When no session holds the table: ${command}`,
    );
  return error([], `${failed.left === undefined ? "" : "Nothing of it remains. "}Fix the cause, then ${command}`);
}
