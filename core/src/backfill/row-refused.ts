import { LockstepError } from "../base/errors.js";
import type { KeyValues } from "../dialect/batches.js";
import { isDatabaseError } from "../dialect/db/retry.js";
import { textWithoutValues } from "../dialect/db/without-values.js";
import { keyLabel } from "./keys.js";
import type { BackfillSession } from "./session.js";

/** A row whose value the database refuses. The first rows include the reason. */
export interface RefusedRow {
  readonly key: KeyValues;
  readonly error: LockstepError | undefined;
}

/** Maximum number of rows to list. The others are only counted. */
export const shownRefusals = 20;

/** The error of a run that has filled all other rows. */
export function rowsRefused(
  { refused, session }: { readonly refused: readonly RefusedRow[]; readonly session: BackfillSession },
  /** The run ends early. */
  isTooMuch = false,
): LockstepError {
  const shown = refused.flatMap(({ error }) => (error === undefined ? [] : [error]));
  const more = refused.length - shown.length;
  const label = `"${session.id.table.name}" on ${session.connection.label}`;
  const lines = [
    ...shown.map(({ message }) => message),
    ...(more > 0 ? [`and ${more} more rows of ${label}: npx lockstep backfill failures ${session.id.plan}`] : []),
    ...(!isTooMuch ? [] : [`The run stopped because the database rejected too many rows. Correct them, then resume.`]),
  ];
  return new LockstepError("LS5006", lines.join("\n"), {
    ...(shown[0]?.hint === undefined ? {} : { hint: shown[0].hint }),
    details: {
      ...shown[0]?.details,
      rows: refused.length,
      keys: refused.slice(0, shownRefusals).map(({ key }) => key),
    },
    cause: shown[0]?.cause,
  });
}

/** The error of a batch reduced to one row: which row, why, and which row already has its value. */
export async function rowRefused(session: BackfillSession, key: KeyValues, cause: unknown): Promise<LockstepError> {
  const { id, target } = session;
  const code = isDatabaseError(cause) ? cause.code : "";
  const others =
    code === "23505" ? await session.connection.dialect.live.batches.sameValues(session.connection, target, key) : [];
  const row = `"${id.table.name}" row ${keyLabel(target.key, key)}`;
  const same =
    others.length > 0 ? ` The same value is in ${others.map((other) => keyLabel(target.key, other)).join("; ")}.` : "";
  return new LockstepError("LS5006", `${row} on ${session.connection.label}: ${textWithoutValues(cause)}.${same}`, {
    ...(code === "23503"
      ? { hint: "Insert the referenced row, then run the same command again." }
      : {
          hint: `Correct the named rows, or give them a value, then run the same command again.\nnpx lockstep abandon ${id.plan}   # or start over with another plan`,
        }),
    details: { key, sqlState: code, others },
    cause,
  });
}
