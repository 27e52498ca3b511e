import { LockstepError } from "@lockstep/core";
import { type Connection, connectWith } from "@lockstep/core/planning";
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
