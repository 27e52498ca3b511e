import type { Connection } from "../db/connection.js";
import type { Advance, BackfillId, BackfillWork, Cursor } from "./backfills.js";
import type { EvidenceKey, EvidencePlace } from "./evidence.js";

/** A row as the ledger has it: counts as text, moments as ISO 8601, JSON as what it says. Read by a schema: another hand may have written it. */
export type LedgerRow = Readonly<Record<string, unknown>>;

/** The ledger's tables, in the words of a dialect. Errors are the server's. */
export interface LedgerStore {
  /** How people call the place: `schema lockstep`. */
  readonly place: string;
  /** Of its tables; undefined: there is no ledger. */
  version(connection: Connection): Promise<number | undefined>;
  /** Brings it to `ledgerVersion`, from whatever is there. Several sessions may do so at once. */
  build(connection: Connection): Promise<void>;

  backfills(connection: Connection, plan: string): Promise<readonly LedgerRow[]>;
  /** Enters a runner. The cursor stays where it is when key and columns are the same, else it is `start`. */
  begin(
    connection: Connection,
    id: BackfillId,
    values: {
      readonly work: BackfillWork;
      readonly start: Cursor;
      readonly rowsEstimated: number;
      readonly runner: string;
    },
  ): Promise<LedgerRow | undefined>;
  /** @returns false when the runner is not the one that has entered last */
  advance(connection: Connection, id: BackfillId, runner: string, advance: Advance): Promise<boolean>;
  end(
    connection: Connection,
    id: BackfillId,
    runner: string,
    end: { readonly status: string; readonly error?: string },
  ): Promise<void>;

  confirm(
    connection: Connection,
    key: EvidenceKey,
    values: { readonly who: string; readonly note?: string; readonly places: readonly EvidencePlace[] },
  ): Promise<LedgerRow | undefined>;
  evidence(connection: Connection, key: EvidenceKey): Promise<LedgerRow | undefined>;
}
