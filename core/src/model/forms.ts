import type { Held, LockMode } from "./verdict.js";

/** The effect of a statement form that needs no operation of its own. Absent parts: no noticeable effect. */
export interface Form {
  /** On the tables that it names. */
  readonly mode?: LockMode;
  readonly held?: Held;
  readonly says?:
    | "access"
    | "row-security"
    | "forced"
    | "policy"
    | "privilege"
    | "rule"
    | "identity"
    | "sequence"
    | "publication"
    | "replica-identity"
    | "guards"
    | "nulls"
    | "computed"
    | "storage"
    | "index"
    | "inserts";
  /** PostgreSQL rejects it inside a transaction. */
  readonly isAlone?: true;
  /** It locks tables that it does not name. */
  readonly hasOthers?: true;
}

const sue = { mode: "SHARE UPDATE EXCLUSIVE" } as const;
const sre = { mode: "SHARE ROW EXCLUSIVE" } as const;
const ax = { mode: "ACCESS EXCLUSIVE" } as const;
const moves = { ...ax, held: "rewrite", says: "storage" } as const;
const access = { says: "access" } as const;
const none = {} as const;

/**
 * By the parser's name: a clause of ALTER TABLE, a kind of statement, or an object that is altered, dropped or renamed. The locks are those
 * of `AlterTableGetLockLevel` (tablecmds.c) and of the functions that execute the statements; `test/database/verdicts.test.ts` compares
 * them with servers.
 */
const rows = named({
  AT_SetStatistics: sue,
  AT_SetOptions: sue,
  AT_ResetOptions: sue,
  AT_ClusterOn: sue,
  AT_DropCluster: sue,
  /** Some parameters take more: see `read-form.ts`. */
  AT_SetRelOptions: sue,
  AT_ResetRelOptions: sue,
  AT_DetachPartitionFinalize: sue,
  AT_EnableTrig: sre,
  AT_EnableAlwaysTrig: sre,
  AT_EnableReplicaTrig: sre,
  AT_EnableTrigAll: sre,
  AT_EnableTrigUser: sre,
  AT_DisableTrig: sre,
  AT_DisableTrigUser: sre,
  /** Those of foreign keys as well. */
  AT_DisableTrigAll: { ...sre, says: "guards" },
  AT_SetStorage: ax,
  AT_SetCompression: ax,
  AT_EnableRule: ax,
  AT_EnableAlwaysRule: ax,
  AT_EnableReplicaRule: ax,
  AT_DisableRule: ax,
  AT_AddInherit: ax,
  AT_DropInherit: ax,
  AT_AddOf: ax,
  AT_DropOf: ax,
  AT_DropOids: ax,
  AT_ReplicaIdentity: ax,
  "REPLICA IDENTITY NOTHING": { ...ax, says: "replica-identity" },
  AT_GenericOptions: ax,
  AT_AlterColumnGenericOptions: ax,
  AT_AlterConstraint: ax,
  AT_AddIdentity: ax,
  AT_SetIdentity: ax,
  "IDENTITY ALWAYS": { ...ax, says: "identity" },
  "IDENTITY RESTART": { ...ax, says: "sequence" },
  AT_DropIdentity: { ...ax, says: "inserts" },
  AT_DropExpression: { ...ax, says: "nulls" },
  AT_SetExpression: { ...ax, held: "rewrite", says: "computed" },
  AT_ChangeOwner: { ...ax, ...access },
  AT_EnableRowSecurity: { ...ax, says: "row-security" },
  AT_DisableRowSecurity: { ...ax, ...access },
  AT_ForceRowSecurity: { ...ax, says: "forced" },
  AT_NoForceRowSecurity: { ...ax, ...access },
  AT_SetLogged: moves,
  AT_SetUnLogged: moves,
  AT_SetTableSpace: moves,
  AT_SetAccessMethod: moves,

  // An index: statements that read its table open it.
  "INDEX AT_SetRelOptions": none,
  "INDEX AT_ResetRelOptions": none,
  "INDEX AT_SetStatistics": none,
  "INDEX AT_SetTableSpace": { ...ax, held: "scan", says: "index", hasOthers: true },
  "INDEX AT_AttachPartition": { ...ax, hasOthers: true },

  VACUUM: { ...sue, held: "scan", isAlone: true },
  "VACUUM FULL": { ...moves, isAlone: true },
  ANALYZE: { ...sue, held: "scan" },
  ClusterStmt: moves,
  /** Of all tables. */
  CLUSTER: { isAlone: true, hasOthers: true },
  RefreshMatViewStmt: moves,
  /** Its EXCLUSIVE only blocks writes, which views do not receive. */
  "REFRESH CONCURRENTLY": { held: "scan" },
  LockStmt: none,
  RuleStmt: ax,
  "DO INSTEAD NOTHING": { ...ax, says: "rule" },
  CreatePolicyStmt: { ...ax, ...access },
  "RESTRICTIVE POLICY": { ...ax, says: "policy" },
  AlterPolicyStmt: { ...ax, says: "policy" },
  CreateStatsStmt: sue,
  CreatePublicationStmt: { ...sue, says: "publication" },
  AlterPublicationStmt: { ...sue, says: "publication" },
  SecLabelStmt: { hasOthers: true },
  /** All objects that a role owns. */
  ReassignOwnedStmt: { ...access, hasOthers: true },
  GrantStmt: access,
  REVOKE: { says: "privilege" },
  "RESTART SEQUENCE": { says: "sequence" },
  CreatedbStmt: { isAlone: true },
  AlterSystemStmt: { isAlone: true },
  CreateTableSpaceStmt: { isAlone: true },
  DropTableSpaceStmt: { isAlone: true },

  "RENAME CONSTRAINT": ax,
  "RENAME TRIGGER": ax,
  "RENAME POLICY": ax,
  "RENAME RULE": ax,
  "RENAME VIEW": ax,
  "RENAME MATVIEW": ax,
  "SET SCHEMA": ax,
  "DROP TRIGGER": ax,
  "DROP POLICY": { ...ax, says: "policy" },
  "DROP RULE": ax,
  "DROP FOREIGN_TABLE": ax,
  "DROP STATISTIC_EXT": { hasOthers: true },
  /** IF EXISTS and IF NOT EXISTS, if the migrations show that there is nothing to do: the locks are those of the statement. */
  "ALREADY DONE": none,
});

/** Keeps the names, without the facts of each in the declarations. */
function named<Name extends string>(forms: Readonly<Record<Name, Form>>) {
  return forms;
}

/** These lock no table, and change no row. Some of them drop or rename an object: then the operation contains its name. */
const quiet = [
  "AlterCollationStmt",
  "AlterDatabaseRefreshCollStmt",
  "AlterDatabaseSetStmt",
  "AlterDatabaseStmt",
  "AlterDefaultPrivilegesStmt",
  "AlterEventTrigStmt",
  "AlterExtensionContentsStmt",
  "AlterExtensionStmt",
  "AlterFdwStmt",
  "AlterForeignServerStmt",
  "AlterFunctionStmt",
  "AlterObjectDependsStmt",
  "AlterOpFamilyStmt",
  "AlterOperatorStmt",
  "AlterOwnerStmt",
  "AlterRoleSetStmt",
  "AlterRoleStmt",
  "AlterSeqStmt",
  "AlterStatsStmt",
  "AlterSubscriptionStmt",
  "AlterTSConfigurationStmt",
  "AlterTSDictionaryStmt",
  "AlterTableSpaceOptionsStmt",
  "AlterTypeStmt",
  "AlterUserMappingStmt",
  "CheckPointStmt",
  "ClosePortalStmt",
  "CopyStmt",
  "CreateAmStmt",
  "CreateCastStmt",
  "CreateConversionStmt",
  "CreateEventTrigStmt",
  "CreateExtensionStmt",
  "CreateFdwStmt",
  "CreateForeignServerStmt",
  "CreateOpClassStmt",
  "CreateOpFamilyStmt",
  "CreatePLangStmt",
  "CreateRoleStmt",
  "CreateSchemaStmt",
  "CreateSeqStmt",
  "CreateSubscriptionStmt",
  "CreateTransformStmt",
  "CreateUserMappingStmt",
  "DeallocateStmt",
  "DeclareCursorStmt",
  "DefineStmt",
  "DiscardStmt",
  "DropRoleStmt",
  "DropSubscriptionStmt",
  "DropUserMappingStmt",
  "ExplainStmt",
  "FetchStmt",
  "GrantRoleStmt",
  "ImportForeignSchemaStmt",
  "ListenStmt",
  "LoadStmt",
  "NotifyStmt",
  "PrepareStmt",
  "UnlistenStmt",
  "VariableShowStmt",
  "ALTER SEQUENCE",
  "ALTER TYPE",
  "RENAME",
  "DROP",
] as const;

export type FormName = keyof typeof rows | (typeof quiet)[number];

const quietForms: ReadonlySet<string> = new Set(quiet);

/** Undefined: it is not described. */
export function formOf(name: string): Form | undefined {
  return Object.hasOwn(rows, name) ? rows[name as keyof typeof rows] : quietForms.has(name) ? none : undefined;
}

export function isForm(name: string): name is FormName {
  return formOf(name) !== undefined;
}
