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
  const again = "the next run begins with its first statement again";
  const byHand = `run the rest of it by hand and record it: ${plugin.words.skip(name)}`;
  const left = (failed.left ?? []).filter((sql) => !/^(?:select|show|set)\b/i.test(sql));
  if (left.length > 0) {
    const back = failed.back.map((sql) => `${sql.trim().replace(/;$/, "")};`).join(" ");
    return error(
      [
        `No transaction takes it back: ${left.length === 1 ? "the statement" : `the ${left.length} statements`} before stayed, and nothing of the migration is recorded:`,
        ...left.map((sql) => `  ${sql}`),
      ],
      `${again[0]?.toUpperCase()}${again.slice(1)}, which fails where that is there. Either take it back on ${target.name}${back === "" ? "" : ` (${back})`}, correct the cause, then ${command}. Or ${byHand}`,
    );
  }
  if (failure.sqlState !== undefined && exists.has(failure.sqlState)) {
    if (index !== undefined) {
      const drop = `DROP INDEX CONCURRENTLY IF EXISTS ${quotedTable({ ...index.table, name: index.index.name })}`;
      return error(
        [],
        `An earlier build that broke off may have left it, INVALID: npx lockstep doctor tells. On ${target.name}: ${drop}; then ${command}`,
      );
    }
    return error(
      [],
      `It may be of an earlier run that broke off: nothing of a failure is recorded, and ${again}. Take back on ${target.name} what is there of it, then ${command}. Or ${byHand}`,
    );
  }
  if (failed.isLock)
    return error(
      [],
      `It waited for a lock. Lockstep does not run it again by itself, for its text does not say all that it does. When nobody holds the table: ${command}`,
    );
  return error([], `${failed.left === undefined ? "" : "Nothing of it is left. "}Correct the cause, then ${command}`);
}
