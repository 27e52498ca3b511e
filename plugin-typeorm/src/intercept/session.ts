import { LockstepError, type TableName } from "@lockstep/core";
import {
  type ColumnDependents,
  type Connection,
  connectWith,
  readColumnDependents,
  readTypeKind,
} from "@lockstep/core/planning";
import type { Driver } from "@lockstep/typeorm-wrapper/internal";
import type { DataSource } from "typeorm";

/**
 * A session on the database that the entities are compared with, opened as TypeORM opens its own.
 *
 * @throws LS8004 when it cannot be reached
 */
export function openSession({ driver }: Pick<DataSource, "driver">): Promise<Connection> {
  const { master } = driver as unknown as Driver;
  if (master?.options === undefined) throw new LockstepError("LS9003", "The data source has no connection pool.");
  return connectWith(master.options, { applicationName: "lockstep plan" });
}

/** What a change of a column's type has to do with besides the column. Errors as `openSession`. */
export async function dependentsOf(
  dataSource: Pick<DataSource, "driver">,
  table: TableName,
  column: string,
): Promise<ColumnDependents> {
  const connection = await openSession(dataSource);
  try {
    return await readColumnDependents(connection, table, column);
  } finally {
    await connection.close();
  }
}

/** What types of the database are: connects when the work asks for the first time. Errors as `openSession`. */
export async function withTypeKinds<T>(
  dataSource: Pick<DataSource, "driver">,
  work: (ask: (name: TableName) => ReturnType<typeof readTypeKind>) => Promise<T>,
): Promise<T> {
  let connection: Connection | undefined;
  try {
    return await work(async (name) => {
      connection ??= await openSession(dataSource);
      return readTypeKind(connection, name);
    });
  } finally {
    await connection?.close();
  }
}
