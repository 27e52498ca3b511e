/** A session without a database, for comparing schemas that are all in files. */
import { ColumnTypeEnum, type SqlDriverAdapter, type SqlQuery, type SqlResultSet } from "@prisma/driver-adapter-utils";
import { EngineError } from "./backend.js";

/** Assumed if there is no server; it only determines which features the SQL may use. */
const version = { text: "PostgreSQL 16.0", number: 160000 };

/**
 * The WASM engine requests the server's version from its connection when it starts, also for `migrate diff` between two files, for which
 * the native engine needs no database.
 */
export function offlineSession(schema: string): SqlDriverAdapter {
  const refuse = async (): Promise<never> => {
    throw new EngineError(undefined, "This comparison needs a database, and the datasource has no url.");
  };
  return {
    provider: "postgres",
    adapterName: "@lockstep/prisma",
    async queryRaw({ sql }: SqlQuery): Promise<SqlResultSet> {
      if (!sql.includes("server_version_num")) return refuse();
      return {
        columnNames: ["exists", "version", "numeric_version"],
        columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
        rows: [[true, version.text, version.number]],
      };
    },
    executeRaw: refuse,
    executeScript: refuse,
    startTransaction: refuse,
    getConnectionInfo: () => ({ schemaName: schema, supportsRelationJoins: true }),
    dispose: async () => undefined,
  };
}
