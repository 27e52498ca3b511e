import { LockstepError } from "../../base/errors.js";
import { connect } from "../../databases/connect.js";
import type { Connection } from "../../dialect/connection.js";
import type { Inventory, InventoryReader, TargetNames } from "../../dialect/inventory.js";
import type { OrmPlugin, Project } from "../../plugin/plugin.js";
import type { Stage } from "../server/open-stage.js";
import { refusePower, runStatements } from "./base-schema.js";

export interface ReplayRequest {
  readonly stage: Stage;
  readonly project: Project;
  readonly plugin: OrmPlugin;
  /** Migrations of the repository, in order: these are run … */
  readonly applied: readonly string[];
  /** … and these are not. */
  readonly left: readonly string[];
  /** The names that the migrations find on a target. */
  readonly names: TargetNames;
  /** Aborted: the ORM's own command is interrupted. Default: it runs to its end. */
  readonly signal?: AbortSignal | undefined;
}

export interface Replayed {
  readonly inventory: Inventory;
  /** By their statements, one migration after the other, or by the ORM's own command. */
  readonly by: "statements" | "orm";
  /** `PostgreSQL 17` */
  readonly server: string;
}

/**
 * Runs the migrations of a repository on an empty database of a stage. If code assembles one, or if they are incomplete (an ORM creates
 * extensions and tables of its own), the ORM's own command runs them.
 *
 * @throws LS6702 they do not run on an empty database · LS8020 one requires administrator rights on the server
 */
export async function replayHistory(request: ReplayRequest): Promise<Replayed> {
  const { stage, plugin, project, left, applied, signal } = request;
  const texts: Migration[] = [];
  for (const name of applied) texts.push({ name, up: (await plugin.readStatements(project, name))?.up });
  const found = await replayStatements(request);
  if ("inventory" in found) return { ...found, by: "statements" };
  if (plugin.replay === undefined || found.isFinal) throw refusedReplay(found);
  const url = await stage.create();
  try {
    await prepared(url, request, texts, async () => undefined);
    const run = await plugin.replay(project, url, left, signal);
    if (run.exitCode !== 0)
      throw refusedReplay({
        migration: run.failed?.migration ?? found.migration,
        reason: run.failed?.text ?? run.output.trim().split("\n").slice(-5).join("\n"),
      });
    return { ...(await onStage(url, readAll)), by: "orm" };
  } finally {
    await stage.drop(url);
  }

  async function replayStatements(by: ReplayRequest): Promise<Omit<Replayed, "by"> | Refusal> {
    const own = await stage.create();
    try {
      return await prepared(own, by, texts, async (connection, reader) => {
        // All of them are checked before the first one runs, whichever way.
        for (const { name, up = [] } of texts) {
          const other = await otherDatabase(own, by.stage, up);
          if (other === undefined) continue;
          const reason = `it speaks of ${other}, another database of the server that was named`;
          return { migration: name, reason, isFinal: true };
        }
        const code = texts.find(({ up }) => up === undefined);
        if (code !== undefined) return { migration: code.name, reason: "its statements are made by code" };
        for (const { name, up = [] } of texts)
          try {
            await runStatements(connection, up);
          } catch (error) {
            if (connection.isLost) throw error;
            refusePower(`Migration ${name}`, error);
            return { migration: name, reason: error instanceof Error ? error.message : String(error) };
          }
        return readAll(connection, reader);
      });
    } finally {
      await stage.drop(own);
    }
  }
}

/** On a server that is not ours, a migration must not leave its own database. */
async function otherDatabase(url: string, { server, admin }: Stage, texts: readonly string[]) {
  if (server !== undefined) return undefined;
  // Its own role cannot see other databases.
  return onStage(admin(url), (connection) =>
    connection.dialect.ops.stage.reachesOther?.(connection, texts.join(";\n")),
  );
}

async function readAll(connection: Connection, reader: InventoryReader): Promise<Omit<Replayed, "by">> {
  const { dialect, serverVersion } = connection;
  return { inventory: await reader.read(connection), server: dialect.versionText(serverVersion) };
}

interface Migration {
  readonly name: string;
  /** Absent: code assembles them. */
  readonly up: readonly string[] | undefined;
}

interface Refusal {
  readonly migration: string;
  readonly reason: string;
  /** The ORM's own command must not run them either. */
  readonly isFinal?: boolean;
}

function refusedReplay({ migration, reason }: Refusal): LockstepError {
  return new LockstepError("LS6702", `Migration ${migration} does not run on an empty database: ${reason}`, {
    details: { migration },
  });
}

/** Creates the names of a target first: sessions opened earlier do not see them. */
async function prepared<T>(
  url: string,
  { names, stage }: ReplayRequest,
  migrations: readonly Migration[],
  run: (connection: Connection, reader: InventoryReader) => Promise<T>,
): Promise<T> {
  // Roles belong to a server: on one that is not ours they are not changed.
  const known = stage.server === undefined ? { ...names, roles: [] } : names;
  await onStage(stage.admin(url), async (connection, reader) => {
    await reader.prepare(connection, known);
    await connection.dialect.ops.stage.makeAhead?.(connection, migrations.flatMap(({ up = [] }) => up).join(";\n"));
  });
  return onStage(url, run);
}

async function onStage<T>(
  url: string,
  run: (connection: Connection, reader: InventoryReader) => T | Promise<T>,
): Promise<T> {
  const connection = await connect(url, { applicationName: "lockstep drift", statementTimeoutMs: 0 });
  try {
    return await run(connection, await connection.dialect.ops.inventory());
  } finally {
    await connection.close();
  }
}
