import { type Check, type Finding, ok, problem, warning } from "../../dialect/check.js";
import { duration } from "../../dialect/format-values.js";
import { quoteIdentifier } from "../quote.js";

/** A scan of a table with some hundred million rows; a shorter limit ends `prove` and index builds on large tables. */
const scanSeconds = 600;

export default {
  id: "server-settings",
  title: "server settings for this role",
  on: "target",
  async run({ connection }) {
    // reset_val: what every session of the role begins with, not what this one has set.
    const { rows } = await connection.query<{ name: string; value: string; role: string }>(
      `SELECT name, reset_val AS value, current_user AS role FROM pg_settings WHERE name = ANY ($1)`,
      [
        [
          "statement_timeout",
          "lock_timeout",
          "transaction_timeout",
          "idle_in_transaction_session_timeout",
          "idle_session_timeout",
          "deadlock_timeout",
          "default_transaction_read_only",
        ],
      ],
    );
    const role = quoteIdentifier(rows[0]?.role ?? "");
    const value = (name: string) => rows.find((row) => row.name === name)?.value ?? "0";
    const findings: Finding[] = [];
    const limits = {
      statement_timeout:
        "On a large table, the check for NULLs and index builds take longer, and the server would cancel them.",
      transaction_timeout:
        "A migration that waits for a lock, checks for NULLs or builds an index on a large table takes longer. The server would end its session, and the ORM records a failed migration without a cause.",
    };
    for (const [name, why] of Object.entries(limits)) {
      const seconds = Number(value(name)) / 1000;
      if (seconds > 0 && seconds < scanSeconds)
        findings.push(
          warning(`${name} is ${duration(seconds)} for this role`, {
            why,
            next: `ALTER ROLE ${role} SET ${name} = 0`,
          }),
        );
    }
    const lock = Number(value("lock_timeout")) / 1000;
    if (lock > 0)
      findings.push(
        warning(`lock_timeout is ${duration(lock)} for this role`, {
          why: "CREATE INDEX CONCURRENTLY waits for running transactions; cut off, it leaves an invalid index.",
          next: `ALTER ROLE ${role} SET lock_timeout = 0   -- Lockstep sets its own for every change`,
        }),
      );
    const idle = Number(value("idle_in_transaction_session_timeout")) / 1000;
    if (idle > 0 && idle < 5)
      findings.push(
        warning(`idle_in_transaction_session_timeout is ${duration(idle)} for this role`, {
          why: "The server rolls back a backfill batch that waits for the network that long, and Lockstep retries it.",
          next: `ALTER ROLE ${role} SET idle_in_transaction_session_timeout = '60s'`,
        }),
      );
    const unused = Number(value("idle_session_timeout")) / 1000;
    if (unused > 0)
      findings.push(ok(`idle_session_timeout is ${duration(unused)} for this role: Lockstep's sessions turn it off`));
    const deadlock = Number(value("deadlock_timeout")) / 1000;
    if (deadlock >= 3)
      findings.push(
        warning(`deadlock_timeout is ${duration(deadlock)}`, {
          why: "Autovacuum releases its lock only after that time. The lock frame waits for it for at most 3 s.",
          next: "ALTER SYSTEM SET deadlock_timeout = '1s'",
        }),
      );
    if (value("default_transaction_read_only") === "on")
      findings.push(
        problem("transactions of this role are read-only", {
          why: "Neither migrations nor backfills can write.",
          next: `ALTER ROLE ${role} SET default_transaction_read_only = off`,
        }),
      );
    return findings.length > 0 ? findings : [ok("no timeout of this role interrupts a change")];
  },
} satisfies Check;
