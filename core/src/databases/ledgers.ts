import type { LedgerStore } from "../dialect/ledger-store.js";
import type { DialectId } from "../model/dialect.js";
import { ledger as mysqlLedger } from "../mysql/ledger.js";
import { ledger as postgresqlLedger } from "../postgresql/ledger.js";

const known: Readonly<Record<DialectId, LedgerStore>> = {
  postgresql: postgresqlLedger,
  mysql: mysqlLedger,
  mariadb: mysqlLedger,
};

/** The ledger store of a system, for code without a connection. */
export function ledgerOf(dialect: DialectId): LedgerStore {
  return known[dialect];
}
