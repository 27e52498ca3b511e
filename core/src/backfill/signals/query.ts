import { LockstepError } from "../../base/errors.js";
import { askOwnQuery } from "../../databases/own-query.js";
import { errorCode, retryReason } from "../../dialect/db/retry.js";
import { textOption } from "../run-option.js";
import { defineSignal } from "./signal.js";

const statementTimeoutMs = 5000;

/** Any other figure in the database: a queue length, a heartbeat of a replica, an operator's table. */
export default defineSignal({
  id: "query",
  summary: "the query returns true or a number above 0 (first column of the first row)",
  rank: 2,
  options: {
    throttleQuery: textOption("sql", {
      description: "wait while this query returns true or a number above 0",
    }),
  },
  everyMs: 1000,
  isPressure: true,
  start() {
    let isFirst = true;
    return async ({ options: { throttleQuery: sql }, connection }) => {
      const wasFirst = isFirst;
      isFirst = false;
      if (sql === undefined) return undefined;
      try {
        const rows = await askOwnQuery(connection, sql, { what: "The query", statementTimeoutMs });
        const value = Object.values(rows[0] ?? {})[0];
        if (value === true || value === "t")
          return { kind: "hold", reason: "the query of --throttle-query returned true" };
        const number = ["string", "number", "bigint"].includes(typeof value) ? Number(value) : 0;
        return number > 0 ? { kind: "hold", reason: `the query of --throttle-query returned ${number}` } : undefined;
      } catch (error) {
        if (retryReason(error, connection.isLost) !== undefined) throw error;
        if (wasFirst)
          throw new LockstepError("LS8002", `--throttle-query failed: ${(error as Error).message}`, {
            hint: "Correct the query: it must be one SELECT, read-only, of at most 5 s.",
            cause: error,
          });
        // Its message may contain row values.
        return { kind: "hold", reason: `the query of --throttle-query failed (${errorCode(error) ?? "no code"})` };
      }
    };
  },
});
