import { spawnSync } from "node:child_process";
import type { Connection } from "../../dialect/connection.js";
import type { KnownForeignKey } from "../../dialect/development.js";
import { names } from "../../dialect/format-values.js";
import { type TableName, tableLabel } from "../../model/index.js";
import { development } from "../development.js";
import { readGrants } from "../grants.js";
import { quoteIdentifier } from "../quote.js";
import type { CopyTool } from "./tool.js";

/** A requirement of a copy, and whether it is met. */
export interface Precondition {
  readonly isMet: boolean;
  readonly statement: string;
  /** What to do if it is not met. */
  readonly help?: string;
}

/** The table to copy, as the server describes it. */
export interface Original {
  readonly database: string;
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
  readonly engine: string;
  readonly triggers: readonly string[];
  readonly foreignKeys: readonly KnownForeignKey[];
  /** Foreign keys of other tables that reference it. */
  readonly references: readonly KnownForeignKey[];
}

export interface Asked {
  readonly connection: Connection;
  readonly original: Original;
  readonly tool: CopyTool;
  /** Foreign keys of other tables may be rebuilt. */
  readonly allowReferences: boolean;
  readonly withoutReplicas: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export async function readOriginal(connection: Connection, table: TableName): Promise<Original | undefined> {
  const { rows } = await connection.query<Record<"database" | "name" | "engine" | "rows" | "bytes", string>>(
    `SELECT TABLE_SCHEMA AS \`database\`, TABLE_NAME AS name, coalesce(ENGINE, TABLE_TYPE) AS engine, coalesce(TABLE_ROWS, 0) AS \`rows\`,
       coalesce(DATA_LENGTH + INDEX_LENGTH, 0) AS bytes FROM information_schema.TABLES
      WHERE TABLE_SCHEMA = coalesce(?, DATABASE()) AND TABLE_NAME = ?`,
    [table.schema ?? null, table.name],
  );
  const [found] = rows;
  if (found === undefined) return undefined;
  const { database, name, engine } = found;
  const triggers = await connection.query<{ name: string }>(
    "SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ?",
    [database, name],
  );
  const keys = await development.foreignKeys(connection, { schema: database, name });
  return {
    database,
    name,
    engine,
    rows: Number(found.rows),
    bytes: Number(found.bytes),
    triggers: triggers.rows.map((each) => each.name),
    foreignKeys: keys.filter((key) => key.table.name === name && key.table.schema === database),
    references: keys.filter((key) => key.table.name !== name || key.table.schema !== database),
  };
}

/** All preconditions of a copy, in display order. */
export async function preconditions(asked: Asked): Promise<readonly Precondition[]> {
  const system = await vitess(asked);
  // On Vitess, the other preconditions do not matter.
  if (!system.isMet) return [system];
  const answers: Precondition[] = [];
  for (const ask of [tool, plainTable, key, triggers, foreignKeys, binaryLog, rights, replicas, nothingLeft, space])
    answers.push(...[await ask(asked)].flat());
  return answers;
}

async function vitess({ connection }: Asked): Promise<Precondition> {
  const { rows } = await connection.query<{ text: string }>("SELECT CONCAT(VERSION(), ' ', @@version_comment) AS text");
  const isVitess = /vitess|planetscale/i.test(rows[0]?.text ?? "");
  return {
    isMet: !isVitess,
    statement: isVitess
      ? "the server is Vitess, which copies tables online itself"
      : "the server is not Vitess, which would need no tool",
    help: "SET @@ddl_strategy = 'vitess'   -- in the session of the migration; on PlanetScale, create a deploy request instead",
  };
}

function tool({ tool: { program, install }, env }: Asked): Precondition {
  const { stdout, error } = spawnSync(program, ["--version"], { encoding: "utf8", env: { ...env } });
  if (error !== undefined) return { isMet: false, statement: `${program} is not installed here`, help: install };
  return { isMet: true, statement: `${program} ${/\d[\w.]*/.exec(stdout)?.[0] ?? ""}` };
}

function plainTable({ original: { engine, name, database } }: Asked): readonly Precondition[] {
  const isInnodb = /^innodb$/i.test(engine);
  const isPlain = !/[,=\\]/.test(database + name) && [...name].length <= 59;
  return [
    {
      isMet: isInnodb,
      statement: `the engine is ${engine}`,
      help: "only InnoDB tables can be copied while their rows change",
    },
    ...(isPlain
      ? []
      : [
          {
            isMet: false,
            statement: `the tool does not support the name "${name}"`,
            help: "at most 59 characters, without , = and \\",
          },
        ]),
  ];
}

async function key({ connection, original: { database, name } }: Asked): Promise<Precondition> {
  const { rows } = await connection.query<{ name: string }>(
    `SELECT INDEX_NAME AS name FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0
      GROUP BY INDEX_NAME HAVING sum(NULLABLE = 'YES') = 0 ORDER BY INDEX_NAME <> 'PRIMARY' LIMIT 1`,
    [database, name],
  );
  const [found] = rows;
  if (found === undefined)
    return {
      isMet: false,
      statement: `"${name}" has neither a primary key nor a unique key without NULLs`,
      help: "add a key first: the copy reads the table in its order",
    };
  return {
    isMet: true,
    statement: found.name === "PRIMARY" ? "it has a primary key" : `it has the unique key ${found.name}`,
  };
}

function triggers({ original, tool: { takes, program } }: Asked): Precondition {
  if (original.triggers.length === 0) return { isMet: true, statement: "it has no triggers" };
  const statement = `it has triggers: ${names(original.triggers)}`;
  if (takes.triggers) return { isMet: true, statement: `${statement}; ${program} recreates them on the copy` };
  return { isMet: false, statement, help: `${program} does not copy them: use --tool pt-osc` };
}

function foreignKeys({ original, tool: { takes, program }, allowReferences }: Asked): readonly Precondition[] {
  const { foreignKeys: own, references } = original;
  if (own.length + references.length === 0)
    return [{ isMet: true, statement: "it has no foreign keys, and none references it" }];
  if (takes.foreignKeys === "no")
    return [
      {
        isMet: false,
        statement: "it has foreign keys, or foreign keys reference it",
        help: `${program} does not support them: use --tool pt-osc`,
      },
    ];
  const ownNames = names(own.map((each) => each.name));
  const others = names([...new Set(references.map((each) => tableLabel(each.table)))]);
  return [
    ...(own.length === 0
      ? []
      : [{ isMet: true, statement: `it has foreign keys (${ownNames}), which keep their names` }]),
    ...(references.length === 0
      ? []
      : [
          {
            isMet: allowReferences,
            statement: `foreign keys of ${others} reference it: they are dropped and added again when the copy replaces it`,
            help: "if unchecked references are acceptable in between (long on large tables), add --allow-foreign-keys",
          },
        ]),
  ];
}

async function binaryLog({ connection, tool: { takes, program } }: Asked): Promise<Precondition> {
  const { rows } = await connection.query<{ log: number | string; format: string; image: string }>(
    "SELECT @@GLOBAL.log_bin AS log, @@GLOBAL.binlog_format AS format, @@GLOBAL.binlog_row_image AS image",
  );
  const [{ log, format, image } = { log: 0, format: "", image: "" }] = rows;
  const isOn = Number(log) === 1;
  const statement = isOn ? `binary log: ${format}, ${image} rows` : "the server writes no binary log";
  const isMet = !takes.needsRowLog || (isOn && format === "ROW" && image === "FULL");
  return {
    isMet,
    statement,
    help: `${program} reads whole rows from it: set binlog_format = ROW and binlog_row_image = FULL, or use --tool pt-osc`,
  };
}

async function rights({
  connection,
  original: { database, name },
  tool: { takes },
}: Asked): Promise<readonly Precondition[]> {
  const grants = await readGrants(connection);
  const own = ["ALTER", "CREATE", "DELETE", "DROP", "INDEX", "INSERT", "SELECT", "UPDATE", "TRIGGER"];
  const lacking = own.filter((each) => !grants.may(each, database, name));
  const copies = own.filter((each) => !lacking.includes(each) && !grants.may(each, database));
  const all = takes.needsRowLog && !grants.may("REPLICATION SLAVE") ? ["REPLICATION SLAVE"] : [];
  const wants = [...lacking, ...copies];
  if (wants.length + all.length > 0)
    return [
      {
        isMet: false,
        statement: `the account ${grants.account} lacks ${names([...wants, ...all])}`,
        help: [
          ...(wants.length === 0
            ? []
            : [`GRANT ${wants.join(", ")} ON ${quoteIdentifier(database)}.* TO ${grants.account}`]),
          ...all.map((each) => `GRANT ${each} ON *.* TO ${grants.account}`),
        ].join("; "),
      },
    ];
  const { rows } = await connection.query<{ refuses: number | string }>(
    "SELECT @@GLOBAL.log_bin AND NOT @@GLOBAL.log_bin_trust_function_creators AS refuses",
  );
  if (!takes.needsRowLog && Number(rows[0]?.refuses) === 1 && !grants.may("SUPER"))
    return [
      {
        isMet: false,
        statement: `the account ${grants.account} cannot create triggers while the server writes a binary log`,
        help: "SET GLOBAL log_bin_trust_function_creators = 1",
      },
    ];
  return [{ isMet: true, statement: `the account ${grants.account} can copy it` }];
}

/** How this account can find replicas: in the process list, or in the server's list of replicas. */
export async function replicasBy(connection: Connection): Promise<("processlist" | "hosts")[]> {
  const grants = await readGrants(connection);
  const listing = connection.dialect.id === "mariadb" ? "REPLICATION MASTER ADMIN" : "REPLICATION SLAVE";
  return [
    ...(grants.may("PROCESS") ? (["processlist"] as const) : []),
    ...(grants.may(listing) || grants.may("SUPER") ? (["hosts"] as const) : []),
  ];
}

async function replicas({ connection, tool: { takes }, withoutReplicas }: Asked): Promise<readonly Precondition[]> {
  // A tool that reads the binary log measures the lag there.
  if (takes.needsRowLog || withoutReplicas) return [];
  if ((await replicasBy(connection)).length > 0)
    return [{ isMet: true, statement: "the copy waits for replicas that lag" }];
  const { account } = await readGrants(connection);
  return [
    {
      isMet: false,
      statement: `the account ${account} cannot see whether there are replicas that could fall behind`,
      help: `GRANT PROCESS ON *.* TO ${account}   -- or add --without-replicas if there are none`,
    },
  ];
}

async function nothingLeft({ connection, original, tool: { leftovers, program } }: Asked): Promise<Precondition> {
  const found = await readLeftovers(connection, leftovers({ database: original.database, table: original.name }));
  const all = [...found.triggers, ...found.tables].map((each) => each.name);
  if (all.length === 0) return { isMet: true, statement: `no run of ${program} is copying it` };
  return {
    isMet: false,
    statement: `another run is copying it, or left ${names(all)}`,
    help: "if no run is active, run the same command with --clean-up to remove them",
  };
}

/** The existing triggers and tables of a run. */
export async function readLeftovers(
  connection: Connection,
  { triggers: made, tables }: ReturnType<CopyTool["leftovers"]>,
): Promise<ReturnType<CopyTool["leftovers"]>> {
  const there = async (from: string, schema: string, column: string, each: TableName) =>
    (
      await connection.query(`SELECT 1 FROM information_schema.${from} WHERE ${schema} = ? AND ${column} = ?`, [
        each.schema,
        each.name,
      ])
    ).rows.length > 0;
  const found = { triggers: [] as TableName[], tables: [] as TableName[] };
  for (const each of made)
    if (await there("TRIGGERS", "TRIGGER_SCHEMA", "TRIGGER_NAME", each)) found.triggers.push(each);
  for (const each of tables) if (await there("TABLES", "TABLE_SCHEMA", "TABLE_NAME", each)) found.tables.push(each);
  return found;
}

/** No statement returns the free space of a server, only the space needed. */
function space({ original: { bytes } }: Asked): Precondition {
  const megabytes = Math.ceil((bytes * 1.2) / 1024 / 1024);
  return {
    isMet: true,
    statement: `it needs about ${megabytes} MB more on the server's disk, and as much again for the binary log if there is one`,
  };
}
