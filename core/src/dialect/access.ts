import { isFilled } from "../model/fill.js";
import type { TableName } from "../model/names.js";
import type { PlannedColumn } from "../model/plan.js";
import type { Finding, PlannedTable } from "./check.js";
import type { Connection } from "./connection.js";

/** What evaluates a default: INSERTs of running code, or the migration that adds its column for existing rows. */
export type Evaluation = "insert" | "migration";

/** A default, and the facts about its column. */
export interface TriedDefault {
  readonly type: string;
  readonly defaultSql: string;
  /** NULL is refused. Default: false. */
  readonly isRequired?: boolean;
  /** Default: INSERTs alone. */
  readonly by?: readonly Evaluation[];
  /** Statements that create what the default calls: they run before it, and are rolled back with it. Default: none. */
  readonly makers?: readonly string[];
}

/** The default of a planned column. If the rows are filled, it is set after the column was added: only INSERTs evaluate it. */
export function triedDefault(column: PlannedColumn): TriedDefault {
  const { type, defaultSql = "NULL", notNull, isRelaxed } = column;
  const by: readonly Evaluation[] = isFilled(column) ? ["insert"] : ["migration", "insert"];
  return { type, defaultSql, isRequired: notNull && !isRelaxed, by };
}

/** A session in which a default fails. */
export interface DefaultRefusal {
  readonly role: string;
  readonly message: string;
  /** The statements of that session. */
  readonly by: readonly Evaluation[];
}

/** The results of a default for the roles that insert into its table, and for the migrating one. Roles by name. */
export type DefaultTrial =
  /** `roles` is empty: no other role may insert, so it was evaluated as the role of the connection. */
  | { readonly kind: "works"; readonly roles: readonly string[] }
  | { readonly kind: "fails"; readonly refusals: readonly DefaultRefusal[] }
  /** Nothing could evaluate it. `isMadeLater`: the server lacks an object that it names, which the same deployment creates. */
  | { readonly kind: "untried"; readonly why: string; readonly isMadeLater?: true };

/** A role that has a privilege on single columns of a table, and not on the table: it has none on a column that is added. */
export interface ColumnGrant {
  readonly role: string;
  /** `INSERT`, `SELECT`, `UPDATE` */
  readonly privileges: readonly string[];
  /** `GRANT INSERT ("handle") ON "User" TO app` */
  readonly grant: string;
}

/** Which other roles and subscribers use a table besides the migrating role. Reads the catalog. */
export interface Access {
  /**
   * Evaluates a default in a plain session of each role that may insert into the table: with the role's own settings, without settings that
   * an application makes later. If a migration evaluates it too, also in that of the connection. Rolled back. Sequences are looked up in
   * the catalog; on MySQL and MariaDB nothing else is.
   */
  tryDefault(connection: Connection, table: TableName, tried: TriedDefault): Promise<DefaultTrial>;
  /** The roles whose privileges do not extend to columns that a plan adds. @param columns their names */
  columnGrants(connection: Connection, table: TableName, columns: readonly string[]): Promise<readonly ColumnGrant[]>;
  /** Tables whose subscribers need the planned columns first. Absent: its servers replicate no table to other tables. */
  published?(connection: Connection, tables: readonly PlannedTable[]): Promise<readonly Finding[]>;
}

/** The missing privileges of a role on columns that a plan adds. @param label of the table, quoted */
export function columnGrantText(label: string, { role, privileges }: ColumnGrant): string {
  return `${role} has ${privileges.join(", ")} on single columns of ${label}, so it has none on a column that is added`;
}
