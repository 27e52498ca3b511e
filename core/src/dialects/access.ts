import type { TableName } from "../model/names.js";
import type { Finding, PlannedTable } from "./check.js";
import type { Connection } from "./connection.js";

/** A default as the roles meet it that insert into its table. Roles by name. */
export type DefaultTrial =
  /** `roles` is empty: no other role may insert, so it was evaluated as the role of the connection. */
  | { readonly kind: "works"; readonly roles: readonly string[] }
  | { readonly kind: "fails"; readonly refusals: readonly { readonly role: string; readonly message: string }[] }
  /** Nothing could evaluate it. `isMadeLater`: the server lacks something that it names, which the same deployment makes. */
  | { readonly kind: "untried"; readonly why: string; readonly isMadeLater?: true };

/** A role that has a privilege on single columns of a table, and not on the table: it has none on a column that is added. */
export interface ColumnGrant {
  readonly role: string;
  /** `INSERT`, `SELECT`, `UPDATE` */
  readonly privileges: readonly string[];
  /** `GRANT INSERT ("handle") ON "User" TO app` */
  readonly grant: string;
}

/** Who else than the role that migrates has to do with a table: other roles, and subscribers. Reads the catalogue. */
export interface Access {
  /**
   * Evaluates a default in a plain session of each role that may insert into the table: with the role's own settings, and nothing that
   * an application sets later. Rolled back. MariaDB's sequences are looked up in the catalogue.
   */
  tryDefault(
    connection: Connection,
    table: TableName,
    column: { readonly type: string; readonly defaultSql: string },
  ): Promise<DefaultTrial>;
  /** The roles whose privileges do not reach columns that a plan adds. @param columns their names */
  columnGrants(connection: Connection, table: TableName, columns: readonly string[]): Promise<readonly ColumnGrant[]>;
  /** Tables whose subscribers need the planned columns first. Absent: its servers replicate no table to other tables. */
  published?(connection: Connection, tables: readonly PlannedTable[]): Promise<readonly Finding[]>;
}

/** What a role lacks on columns that a plan adds. @param label of the table, quoted */
export function columnGrantText(label: string, { role, privileges }: ColumnGrant): string {
  return `${role} has ${privileges.join(", ")} on single columns of ${label}, so it has none on a column that is added`;
}
