import { LockstepError } from "../../base/errors.js";
import { runTool } from "../../base/run-tool.js";
import type { Connection } from "../../dialect/connection.js";
import { errorCode } from "../../dialect/db/retry.js";
import type { SpecOf } from "../../dialect/units.js";
import { tableLabel } from "../../model/index.js";
import { quoteTable } from "../quote.js";
import type { MysqlServer } from "../units/index.js";
import { alterStatement, differences, draftSteps, dropDraft } from "../units/online-copy.js";
import { readConnectionUrl } from "../url.js";
import { toolFiles } from "./credentials.js";
import { readKeyLines, restoreKeyNames, withPatience } from "./foreign-key-names.js";
import { type Precondition, preconditions, readLeftovers, readOriginal, replicasBy } from "./preconditions.js";
import type { Copy, CopyTool, Leftovers } from "./tool.js";

export interface CopyRequest {
  readonly url: string;
  /** The connection to the target. It stays open and holds the lock. */
  readonly connection: Connection;
  readonly spec: SpecOf<"online-copy">;
  readonly tool: CopyTool;
  readonly maxLagSeconds: number;
  readonly chunkMs: number;
  readonly allowForeignKeys: boolean;
  /** There are no replicas that could lag. */
  readonly withoutReplicas: boolean;
  /** First removes what a killed run left. */
  readonly cleanUp: boolean;
  /** The tool only checks and changes nothing. */
  readonly isDryRun: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  now(): Date;
  onEvent(event: CopyEvent): void;
}

export type CopyEvent =
  | { readonly kind: "preconditions"; readonly all: readonly Precondition[] }
  | { readonly kind: "command"; readonly program: string; readonly arguments: readonly string[] }
  | {
      readonly kind: "progress";
      readonly rows: number;
      readonly total: number;
      readonly rowsPerSecond: number;
      readonly etaMs: number;
    }
  | { readonly kind: "line"; readonly text: string };

/**
 * Copies a table with its change by an external tool while reads and writes continue, then checks that the result matches the plan. Does
 * nothing if the table already matches.
 *
 * @throws LS5020 something is missing · LS5021 the tool failed · LS5022 cancelled · LS5023 the result differs
 */
export async function runCopy(request: CopyRequest): Promise<"copied" | "was-done" | "tried"> {
  const { connection, spec, tool, isDryRun, signal, onEvent } = request;
  const label = tableLabel(spec.table);
  const original = await readOriginal(connection, spec.table);
  if (original === undefined)
    throw new LockstepError("LS5020", `There is no table "${label}" on ${connection.label}.`, {
      hint: "npx lockstep deploy   # applies the earlier migrations",
    });
  // Only one session at a time. The lock ends with the session.
  const { rows } = await connection.query<{ mine: number | null }>(
    "SELECT GET_LOCK(CONCAT('lockstep online ', LEFT(SHA2(CONCAT(?, '.', ?), 256), 40)), 0) AS mine",
    [original.database, original.name],
  );
  if (Number(rows[0]?.mine) !== 1)
    throw new LockstepError("LS5020", `Another lockstep online run is copying "${label}" on ${connection.label}.`);
  const leftovers = tool.leftovers({ database: original.database, table: original.name });
  if (request.cleanUp && !isDryRun) await cleanUp(connection, leftovers);
  if (await isMade(connection, spec)) return "was-done";
  const all = await preconditions({
    connection,
    original,
    tool,
    allowReferences: request.allowForeignKeys,
    withoutReplicas: request.withoutReplicas,
    env: request.env,
  });
  onEvent({ kind: "preconditions", all });
  const missing = all.find(({ isMet }) => !isMet);
  if (missing !== undefined)
    throw new LockstepError("LS5020", `"${label}" cannot be copied on ${connection.label}: ${missing.statement}.`, {
      ...(missing.help === undefined ? {} : { hint: missing.help }),
      details: { preconditions: all },
    });
  const { config, encryption } = readConnectionUrl(request.url);
  const { host = "localhost", port = 3306, socketPath, user = "", password = "" } = config;
  const copy: Copy = {
    database: original.database,
    table: original.name,
    alter: spec.changes.map(({ clause }) => clause).join(", "),
    server: { host, port, ...(socketPath === undefined ? {} : { socket: socketPath }) },
    maxLagSeconds: request.maxLagSeconds,
    chunkMs: request.chunkMs,
    replicasBy: request.withoutReplicas ? [] : await replicasBy(connection),
    hasTriggers: original.triggers.length > 0,
    isReferenced: original.references.length > 0,
  };
  const names = await readKeyLines(connection, [
    { schema: original.database, name: original.name },
    ...original.references.map(({ table }) => table),
  ]);
  const given = toolFiles({ user, password: password, wanted: encryption().wanted }, tool.files(copy));
  const startedMs = request.now().getTime();
  // Keeps the session open: if it ends, the next statement on it reports that.
  const awake = setInterval(() => void connection.query("DO 1").catch(() => undefined), 30_000);
  let exit: { readonly exitCode: number; readonly output: string };
  try {
    const args = tool.arguments(copy, given.files, isDryRun);
    onEvent({ kind: "command", program: tool.program, arguments: args });
    signal.throwIfAborted();
    exit = await runTool(tool.program, args, {
      cwd: request.cwd,
      env: request.env,
      signal,
      onLine(line) {
        const found = tool.progress(line);
        if (found === undefined) return onEvent({ kind: "line", text: line });
        const copied = Math.round(found.fraction * original.rows);
        const seconds = Math.max(0.001, (request.now().getTime() - startedMs) / 1000);
        const etaMs = found.etaMs ?? Number.NaN;
        onEvent({ kind: "progress", rows: copied, total: original.rows, rowsPerSecond: copied / seconds, etaMs });
      },
    });
  } finally {
    clearInterval(awake);
    given.remove();
  }
  if (isDryRun && exit.exitCode === 0) return "tried";
  const isChanged = !isDryRun && (await isMade(connection, spec));
  if (!isChanged) {
    // The leftovers are on the table or beside it: it has not been replaced.
    await cleanUp(connection, leftovers);
    const words = exit.output.split("\n").filter((line) => tool.progress(line) === undefined);
    const last = words.slice(-20).join("\n");
    if (signal.aborted)
      throw new LockstepError(
        "LS5022",
        `Stopped on ${connection.label}: "${label}" is unchanged, and the copy was removed.`,
      );
    if (exit.exitCode !== 0)
      throw new LockstepError(
        "LS5021",
        `${tool.program} failed on ${connection.label} with ${exit.exitCode}. "${label}" is unchanged, and the copy was removed:\n${last}`,
      );
    throw new LockstepError(
      "LS5023",
      `"${label}" on ${connection.label} does not have the planned definition: ${alterStatement(spec)}`,
    );
  }
  await cleanUp(connection, { ...leftovers, tables: [] });
  const lost = await restoreKeyNames(connection, names);
  const former = { schema: original.database, name: tool.former(original.name) };
  const kept = (await readLeftovers(connection, { triggers: [], tables: [former] })).tables;
  if (kept.length > 0)
    onEvent({ kind: "line", text: `The former table still exists: DROP TABLE ${quoteTable(former)}` });
  if (lost.length > 0)
    throw new LockstepError(
      "LS5023",
      `"${label}" on ${connection.label} has its change, but these foreign keys differ from before: ${lost.join("; ")}`,
      { hint: "Add each again with SET foreign_key_checks = 0: ALTER TABLE … ADD …" },
    );
  return "copied";
}

/** @throws LS5020 if the change fails, because an earlier migration is missing */
async function isMade(connection: Connection, spec: SpecOf<"online-copy">): Promise<boolean> {
  try {
    return await isDone(connection, spec);
  } catch (cause) {
    throw new LockstepError(
      "LS5020",
      `The change fails on ${connection.label}: ${alterStatement(spec)}: ${(cause as Error).message}`,
      { hint: "npx lockstep deploy   # if earlier migrations are missing", cause },
    );
  }
}

/** Drops triggers first: a trigger whose table is gone would make every write of the application fail. */
async function cleanUp(connection: Connection, made: Leftovers): Promise<void> {
  const { triggers, tables } = await readLeftovers(connection, made);
  if (triggers.length + tables.length === 0) return;
  await connection.query("SET SESSION lock_wait_timeout = 1");
  for (const each of triggers) await withPatience(() => connection.query(`DROP TRIGGER IF EXISTS ${quoteTable(each)}`));
  for (const each of tables) await withPatience(() => connection.query(`DROP TABLE IF EXISTS ${quoteTable(each)}`));
  await connection.query("SET SESSION lock_wait_timeout = DEFAULT");
}

/**
 * Whether the table already has the change: applies it to an empty table with the same definition and compares.
 * @throws the server's error if the change itself fails
 */
async function isDone(connection: Connection, spec: SpecOf<"online-copy">): Promise<boolean> {
  try {
    for (const { sql, when, mayBeGone } of draftSteps(spec)) {
      if (when !== undefined && (await connection.query(when.query)).rows.length > 0 !== when.finds) continue;
      await connection.query(sql).catch((error: unknown) => {
        if (mayBeGone !== true || errorCode(error) !== "42704") throw error;
      });
    }
    const { rows } = await connection.query(differences(spec, connection.dialect.id as MysqlServer));
    return rows.length === 0;
  } finally {
    if (!connection.isLost) await connection.query(dropDraft(spec));
  }
}
