import * as z from "zod";
import { LockstepError } from "../../base/errors.js";
import type { Connection } from "../../dialect/connection.js";
import type { EvidenceKey, EvidencePlace } from "../../dialect/ledger-store.js";
import type { Plan } from "../../model/index.js";
import { moment, readRow } from "./read.js";
import { ensureLedger, hasLedger, ledgerError } from "./schema.js";

const place = z.object({
  file: z.string(),
  line: z.number(),
  what: z.string(),
  reason: z.string(),
  // The id of the place. Older ledgers have none.
  id: z.string().optional(),
});

const evidenceSchema = z
  // Version 3 has no places.
  .object({
    who: z.string(),
    at: moment,
    note: z.string().nullable(),
    places: z.array(place).default([]),
    mark: z.string().optional(),
  })
  .transform(({ note, who, at, places, mark }) => ({
    who,
    at,
    places,
    ...(note === null ? {} : { note }),
    ...(mark === undefined ? {} : { mark }),
  }));

/** A confirmation from before an undo was about another release, so it does not open a gate again. */
export function evidenceName({ id, state }: Pick<Plan, "id" | "state">): string {
  return state.undos === undefined ? id : `${id}${afterUndo}${state.undos}`;
}

const afterUndo = " after undo ";

/** A confirmation by a person or pipeline of what no query can check. `at` is the server's time, ISO 8601. */
export type Evidence = Readonly<z.output<typeof evidenceSchema>>;

/**
 * Records a confirmation. A later confirmation replaces it.
 * @param who a person or pipeline, as displayed: `ada@example.org`, `github actions run 512`
 * @param places in the code that it covers. Default: none
 * @throws LS7001 if the ledger cannot be created or written
 */
export async function confirm(
  connection: Connection,
  key: EvidenceKey,
  who: string,
  note?: string,
  places: readonly EvidencePlace[] = [],
): Promise<Evidence> {
  await ensureLedger(connection);
  try {
    const values = { who, ...(note === undefined ? {} : { note }), places: places.map(named) };
    const row = await connection.dialect.live.ledger.confirm(connection, key, values);
    return readRow(evidenceSchema, row, "evidence", connection);
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/**
 * The confirmation, or undefined if there is none. Creates nothing.
 * @throws LS7032 the target has recorded a later undo of the plan than the key
 */
export async function readEvidence(connection: Connection, key: EvidenceKey): Promise<Evidence | undefined> {
  if (!(await hasLedger(connection))) return undefined;
  try {
    await requireLatest(connection, key);
    const row = await connection.dialect.live.ledger.evidence(connection, key);
    return row === undefined ? undefined : readRow(evidenceSchema, row, "evidence", connection);
  } catch (error) {
    throw ledgerError(connection, error);
  }
}

/** With an older plan.json, confirmations that an undo has ended would count again. */
async function requireLatest(connection: Connection, { plan }: EvidenceKey): Promise<void> {
  const [id = plan, ...rest] = plan.split(afterUndo);
  const names = await connection.dialect.live.ledger.evidenceNames(connection, `${id}${afterUndo}`);
  const known = Math.max(0, ...names.map((name) => Number(name.split(afterUndo)[1])));
  const stated = Number(rest[0] ?? 0);
  if (known > stated)
    throw new LockstepError(
      "LS7032",
      `The ledger on ${connection.label} records undo ${known} of plan ${id}, but its plan.json has ${stated === 0 ? "none" : `${stated}`}.`,
    );
}

const named = ({ file, line, what, reason, id }: EvidencePlace) => ({ file, line, what, reason, id });
