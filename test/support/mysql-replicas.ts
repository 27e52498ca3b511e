/** Replicas in the words of each server: MySQL has no other ones than the new ones any more, MariaDB never got them all. */
import { isOnMysql } from "./mariadb.js";

/** The statement by which a replica follows a primary of `startMariadb({ settings: { log_bin: "log" } })` from its first event on. */
export function follow(primary: { readonly port: number }): string {
  const [change, source, own] = isOnMysql
    ? ["CHANGE REPLICATION SOURCE TO", "SOURCE", ", SOURCE_AUTO_POSITION = 0"]
    : ["CHANGE MASTER TO", "MASTER", ""];
  return `${change} ${source}_HOST = '127.0.0.1', ${source}_PORT = ${primary.port}, ${source}_USER = 'root', ${source}_LOG_FILE = 'log.000001', ${source}_LOG_POS = 4${own}`;
}

export const startReplica = isOnMysql ? "START REPLICA" : "START SLAVE";
export const stopReplaying = `${isOnMysql ? "STOP REPLICA" : "STOP SLAVE"} SQL_THREAD`;
/** One row with `File` and `Position`. */
export const showPosition = isOnMysql ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS";
/** Takes a file, a position and seconds. */
export const waitForPosition = isOnMysql ? "SOURCE_POS_WAIT" : "MASTER_POS_WAIT";
/** What `SHOW REPLICA STATUS` says of one that is well. */
export const replicating = isOnMysql
  ? { Replica_IO_Running: "Yes", Replica_SQL_Running: "Yes", Last_Error: "" }
  : { Slave_IO_Running: "Yes", Slave_SQL_Running: "Yes", Last_Error: "" };
