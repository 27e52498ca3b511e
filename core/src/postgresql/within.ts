import type { Connection, TransactionOptions } from "../dialect/connection.js";

/** The local settings of a transaction. Lockstep defines them, not the user, so they can be part of the SQL text. */
export function settingStatements({ limits = {}, settings = {} }: TransactionOptions): string[] {
  const all = {
    lock_timeout: limits.lockTimeoutMs,
    statement_timeout: limits.statementTimeoutMs,
    idle_in_transaction_session_timeout: limits.idleTimeoutMs,
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`SET LOCAL ${name} = ${settingText(value)}`],
  );
}

function settingText(value: string | number): string {
  return typeof value === "number" ? String(Math.round(value)) : `'${value.replaceAll("'", "''")}'`;
}

/**
 * A connection for queries inside an open transaction. Each of its transactions, and each single query, is a subtransaction that is rolled
 * back, so it leaves no changes and its errors do not abort the transaction. `close` does nothing.
 */
export function within(connection: Connection): Connection {
  const begin = "SAVEPOINT lockstep_within";
  const end = async () => {
    isInside = false;
    await connection.query("ROLLBACK TO SAVEPOINT lockstep_within; RELEASE SAVEPOINT lockstep_within");
  };
  let isInside = false;
  const { dialect, label, pid, backendStart, serverVersion, isPooled } = connection;
  return {
    dialect,
    label,
    pid,
    backendStart,
    serverVersion,
    isPooled,
    get isLost() {
      return connection.isLost;
    },
    async query(sql, values) {
      if (isInside) return connection.query(sql, values);
      await connection.query(begin);
      try {
        return await connection.query(sql, values);
      } finally {
        if (!connection.isLost) await end();
      }
    },
    async begin(options) {
      isInside = true;
      const readOnly = options.isReadOnly ? ["SET TRANSACTION READ ONLY"] : [];
      await connection.query([begin, ...readOnly, ...settingStatements(options)].join("; "));
    },
    commit: end,
    rollback: end,
    cancel: () => connection.cancel(),
    close: async () => undefined,
  };
}
