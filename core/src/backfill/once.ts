import { isValuesFault } from "../db/value-fault.js";
import type { FillTarget } from "../dialects/batches.js";
import type { Connection } from "../dialects/connection.js";
import { type BackfillId, type Cursor, isSameLedgerTable } from "../dialects/ledger-store.js";
import { LockstepError } from "../errors.js";
import { type BackfillRecord, beginBackfill, readBackfills } from "../ledger/backfills.js";
import type { RunSettings } from "./input.js";
import { keyLabel } from "./keys.js";

/** So many rows at the beginning of the table are looked at for what an earlier pass would have left there. */
const firstRows = 1000;

/**
 * Enters the pass over columns that stay optional. It ends at the greatest key of its first start: rows that come later were
 * written by code that could choose. Once done, it is never made again, for a NULL may have been chosen since. So where the ledger may
 * not be the one that knows – after a restore, a failover, or lost – the user is asked.
 * @throws LS5009 when the pass may have been made already, unless `settings.nulls` says what then
 */
export async function beginOnce(
  connection: Connection,
  id: BackfillId,
  target: FillTarget,
  begin: Parameters<typeof beginBackfill>[2],
  settings: RunSettings,
): Promise<BackfillRecord> {
  const records = (await readBackfills(connection, id.plan)).filter(({ once }) => once);
  const known = records.find((record) => isOf(record, id));
  const isSameWork = known !== undefined && JSON.stringify(known.work) === JSON.stringify(begin.work);
  if (known?.status === "done" && isSameWork) return known;
  const { batches } = connection.dialect;
  const server = await batches.serverName(connection);
  const doubt =
    // The same run after a broken connection: whatever the server lost, nobody has taken the pass for done.
    known?.runner === begin.runner
      ? undefined
      : known !== undefined && known.batches > 0
        ? doubtOfRecord(known, isSameWork, server, target, connection)
        : await doubtOfTable(connection, records, id, target, settings);
  if (doubt !== undefined && settings.nulls === undefined) throw mayBeMade(doubt, connection, id);
  const bounds = { ...(await batches.bounds(connection, target)), ...(server === undefined ? {} : { server }) };
  const made = { ...bounds, phase: "sweep" } as const;
  const isMade = doubt !== undefined && settings.nulls === "keep";
  // An empty table is passed already.
  const start = isMade || bounds.upTo === undefined ? made : ({ ...bounds, phase: "pass", after: null } as const);
  // From an earlier run: it goes on where that came to.
  const goOnFrom = (cursor: Cursor): Cursor =>
    isMade ? made : { ...cursor, ...(server === undefined ? {} : { server }) };
  return beginBackfill(connection, id, { ...begin, start, goOnFrom });
}

const label = ({ table }: FillTarget) => `"${table.schema}"."${table.name}"`;

const isOf = ({ table }: BackfillRecord, id: BackfillId) => isSameLedgerTable(table, id.table);

/** A pass was under way. Whether this is still its own server, and its own key. */
function doubtOfRecord(
  { cursor, work, rowsDone, updatedAt }: BackfillRecord,
  isSameWork: boolean,
  server: string | undefined,
  target: FillTarget,
  connection: Connection,
): string | undefined {
  const types = (key: FillTarget["key"]) => key.map(({ column, type }) => `${column} ${type}`).join(", ");
  if (!isSameWork)
    return `The pass over ${label(target)} had come past ${rowsDone} rows in the order of (${types(work.key)}). The key is (${types(target.key)}) now, so it would begin anew.`;
  if (cursor.server === undefined || server === undefined || cursor.server === server) return undefined;
  const at = cursor.phase === "pass" && cursor.after !== null ? keyLabel(target.key, cursor.after) : "its end";
  return `The ledger on ${connection.label} has the pass over ${label(target)} at ${at}, as of ${updatedAt}. That was on another server than this one (${cursor.server}, now ${server}): it was restored, or took over, and the pass may have come further.`;
}

/** The ledger knows of no pass over this table: whether the repository, another record or the table itself do. */
async function doubtOfTable(
  connection: Connection,
  records: readonly BackfillRecord[],
  id: BackfillId,
  target: FillTarget,
  { isPastBackfill, scanTimeoutMs }: RunSettings,
): Promise<string | undefined> {
  const { oid, schema, name } = id.table;
  const other = records.find(
    (record) =>
      (record.batches > 0 || record.status === "done") &&
      (record.table.oid === oid) !== (record.table.schema === schema && record.table.name === name),
  );
  const before =
    other !== undefined
      ? `The ledger on ${connection.label} knows a pass over "${other.table.schema}"."${other.table.name}" (${other.rowsDone} rows, ${other.status}, as of ${other.updatedAt}). The table was restored, moved or made again since, and has values.`
      : isPastBackfill
        ? `A later phase of ${id.plan} is released, so the pass was done when its gate was asked. The ledger on ${connection.label} does not know of it, and ${label(target)} has values.`
        : undefined;
  const { batches } = connection.dialect;
  if (before !== undefined) return (await batches.hasValues(connection, target, scanTimeoutMs)) ? before : undefined;
  // A pass begins here, so it would have filled them.
  const first = await batches.firstValues(connection, target, firstRows, scanTimeoutMs).catch(withoutValues);
  const at = first?.findIndex(({ rows, filled }) => filled > rows / 2) ?? -1;
  if (first === undefined || at < 0) return undefined;
  const { rows, filled } = first[at]!;
  return `The ledger on ${connection.label} knows of no pass over ${label(target)}, but ${filled} of the first ${rows} rows have a value of "${target.columns[at]!.name}": from a pass whose record is lost, or from the code that runs.`;
}

/** A fill that fails on some row is told by the check of all rows, which comes next. */
function withoutValues(error: unknown): undefined {
  if (isValuesFault(error)) return undefined;
  throw error;
}

function mayBeMade(doubt: string, connection: Connection, { plan, table }: BackfillId): LockstepError {
  return new LockstepError("LS5009", doubt, { details: { plan, target: connection.label, table: table.name } });
}
