import { LockstepError } from "../base/errors.js";
import type { FillTarget } from "../dialect/batches.js";
import type { Connection } from "../dialect/connection.js";
import { type BackfillId, type Cursor, isSameLedgerTable } from "../dialect/ledger-store.js";
import type { TableFacts } from "../dialect/table.js";
import { type BackfillRecord, beginBackfill, readBackfills } from "../target/ledger/backfills.js";
import type { RunSettings } from "./input.js";
import { keyLabel } from "./keys.js";
import { firstValuesOf, identitiesOf, madeAgain } from "./made-again.js";

/**
 * Starts or resumes the pass over columns that stay optional. It ends at the greatest key of its first start, because code that could
 * choose has written all later rows. Once done, it is never repeated, because a NULL may have been chosen since. So if the ledger may be
 * wrong – after a restore or failover, or if it was lost – Lockstep asks the user. If a column was dropped and added again, the pass filled
 * another column and is repeated.
 * @throws LS5009 the pass may already be done, unless `settings.nulls` decides
 */
export async function beginSinglePass(
  connection: Connection,
  id: BackfillId,
  table: TableFacts,
  target: FillTarget,
  begin: Parameters<typeof beginBackfill>[2],
  settings: RunSettings,
): Promise<BackfillRecord> {
  const records = (await readBackfills(connection, id.plan)).filter(({ once }) => once);
  const known = records.find((record) => isOf(record, id));
  const isSameWork = known !== undefined && JSON.stringify(known.work) === JSON.stringify(begin.work);
  const again = known && (await madeAgain(connection, known, table, target, settings));
  if (known?.status === "done" && isSameWork && again === undefined) return known;
  const { batches } = connection.dialect.live;
  const server = await batches.serverName(connection);
  const doubt =
    // The same run after a lost connection: whatever the server lost, nothing has counted the pass as done.
    known?.runner === begin.runner
      ? undefined
      : known !== undefined && again !== undefined
        ? await doubtOfValues(passText(known, connection, `${again}. The table`), connection, target, settings)
        : known !== undefined && known.batches > 0
          ? doubtOfRecord(known, isSameWork, server, target, connection)
          : await doubtOfTable(connection, records, id, target, settings);
  if (doubt !== undefined && settings.nulls === undefined) throw mayBeMade(doubt, connection, id);
  if (known !== undefined && again !== undefined && settings.nulls !== "keep")
    settings.emit({ kind: "notice", message: `${passText(known, connection, again)}. Lockstep makes the pass again.` });
  const made = identitiesOf(table, target);
  const origin = { ...(server === undefined ? {} : { server }), ...(made && { made }) };
  const bounds = { ...(await batches.bounds(connection, target)), ...origin };
  const end = { ...bounds, phase: "sweep" } as const;
  const isMade = doubt !== undefined && settings.nulls === "keep";
  // An empty table needs no pass.
  const start = isMade || bounds.upTo === undefined ? end : ({ ...bounds, phase: "pass", after: null } as const);
  // An earlier run's pass resumes at its cursor.
  const goOnFrom = (cursor: Cursor): Cursor => (isMade ? end : { ...cursor, ...origin });
  return beginBackfill(connection, id, { ...begin, start, goOnFrom, isAnew: again !== undefined });
}

/** The start of a message about a pass in the ledger. */
function passText({ table, rowsDone, status, updatedAt }: BackfillRecord, { label: target }: Connection, more: string) {
  return `The ledger on ${target} records a pass over "${table.schema}"."${table.name}" (${rowsDone} rows, ${status}, as of ${updatedAt}). ${more}`;
}

/** No doubt if no row has a value: then nothing was chosen. */
async function doubtOfValues(
  doubt: string,
  connection: Connection,
  target: FillTarget,
  { scanTimeoutMs }: RunSettings,
): Promise<string | undefined> {
  return (await connection.dialect.live.batches.hasValues(connection, target, scanTimeoutMs))
    ? `${doubt} has values.`
    : undefined;
}

const label = ({ table }: FillTarget) => `"${table.schema}"."${table.name}"`;

const isOf = ({ table }: BackfillRecord, id: BackfillId) => isSameLedgerTable(table, id.table);

/** A pass was in progress. Checks whether server and key are still the same. */
function doubtOfRecord(
  { cursor, work, rowsDone, updatedAt }: BackfillRecord,
  isSameWork: boolean,
  server: string | undefined,
  target: FillTarget,
  connection: Connection,
): string | undefined {
  const types = (key: FillTarget["key"]) => key.map(({ column, type }) => `${column} ${type}`).join(", ");
  if (!isSameWork)
    return `The pass over ${label(target)} had filled ${rowsDone} rows in the order of (${types(work.key)}). The key is now (${types(target.key)}), so the pass would start again.`;
  if (cursor.server === undefined || server === undefined || cursor.server === server) return undefined;
  const at = cursor.phase === "pass" && cursor.after !== null ? keyLabel(target.key, cursor.after) : "its end";
  return `The ledger on ${connection.label} has the pass over ${label(target)} at ${at}, as of ${updatedAt}. That was on another server (${cursor.server}, now ${server}). After a restore or failover, the pass may be further than recorded.`;
}

/** The ledger has no pass over this table. Checks whether the repository, another record or the table itself shows one. */
async function doubtOfTable(
  connection: Connection,
  records: readonly BackfillRecord[],
  id: BackfillId,
  target: FillTarget,
  settings: RunSettings,
): Promise<string | undefined> {
  const { oid, schema, name } = id.table;
  const other = records.find(
    (record) =>
      (record.batches > 0 || record.status === "done") &&
      (record.table.oid === oid) !== (record.table.schema === schema && record.table.name === name),
  );
  const before =
    other !== undefined
      ? passText(other, connection, "The table was restored, moved or recreated since, and")
      : settings.isPastBackfill
        ? `A later phase of ${id.plan} is released, so the pass was done when its gate was checked. The ledger on ${connection.label} has no record of it, and ${label(target)}`
        : undefined;
  if (before !== undefined) return doubtOfValues(before, connection, target, settings);
  // A pass starts here, so it would have filled them.
  const first = await firstValuesOf(connection, target, settings);
  const at = first?.findIndex(({ rows, filled }) => filled > rows / 2) ?? -1;
  if (first === undefined || at < 0) return undefined;
  const { rows, filled } = first[at]!;
  return `The ledger on ${connection.label} has no record of a pass over ${label(target)}, but ${filled} of the first ${rows} rows have a value in "${target.columns[at]!.name}". It comes from a pass whose record is lost, or from running code.`;
}

function mayBeMade(doubt: string, connection: Connection, { plan, table }: BackfillId): LockstepError {
  return new LockstepError("LS5009", doubt, { details: { plan, target: connection.label, table: table.name } });
}
