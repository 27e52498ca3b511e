/** Tables for runs with faults: any key, a fill by SQL or by a function, and a record of every write of the new column. */
import type { Connection } from "../../../../core/src/dialect/connection.js";
import type { BackfillSpec, KeyColumn } from "../../../../core/src/model/index.js";
import * as mysql from "../../mysql/fixture.js";
import { addColumn, byFunction, fillOf } from "../fixture.js";

export type SystemName = "PostgreSQL" | "MariaDB";

export interface Shape {
  readonly key: readonly (KeyColumn & { readonly extra?: string })[];
  /** Text for each column; different for different numbers, and not in their order. */
  keyOf(n: number): readonly string[];
}

const mixed = (n: number) => (n * 7919) % 1_000_003;
const padded = (n: number, width: number) => String(n).padStart(width, "0");
const uuidOf = (n: number) => `${padded(mixed(n), 8)}-0000-4000-8000-${padded(n, 12)}`;

const shapesOf = (system: SystemName): Readonly<Record<string, Shape>> => ({
  bigint: { key: [{ column: "id", type: "bigint" }], keyOf: (n) => [String(9_007_199_254_740_993n + BigInt(n))] },
  uuid: { key: [{ column: "id", type: system === "MariaDB" ? "char(36)" : "uuid" }], keyOf: (n) => [uuidOf(n)] },
  text: {
    key: [{ column: "id", type: system === "MariaDB" ? "varchar(60)" : "text" }],
    keyOf: (n) => [`${"aZ_ é"[n % 5]}${mixed(n)}`],
  },
  composite: {
    key: [
      { column: "tenant", type: system === "MariaDB" ? "int" : "integer" },
      { column: "id", type: system === "MariaDB" ? "varchar(60)" : "text" },
    ],
    keyOf: (n) => [String((n % 3) - 1), `k${mixed(n)}`],
  },
  // A week before and after the hour that Berlin has twice. In UTC, as the sessions of the application are.
  moment: {
    key: [{ column: "at", type: system === "MariaDB" ? "timestamp" : "timestamp with time zone" }],
    keyOf: (n) => [
      new Date(Date.UTC(2026, 9, 19) + mixed(n) * 1000).toISOString().slice(0, 19).replace("T", " ") +
        (system === "MariaDB" ? "" : "+00"),
    ],
  },
});

/** Those of any run; moments need sessions with a time zone. */
export const shapeNames = Object.keys(shapesOf("PostgreSQL")).filter((name) => name !== "moment");

export interface FilledTable extends Shape {
  readonly spec: BackfillSpec;
  /** New rows get their value from a trigger. */
  readonly hasTrigger: boolean;
  /** The planned column anew, after it was dropped. */
  addColumn(): Promise<void>;
}

export const emailOf = (n: number) => `U${n}@X.io`;

/** Statements with `?` for values and backticks for names, on either system. */
export function ask(db: Connection, sql: string, values?: readonly unknown[]) {
  if (db.dialect.id !== "postgresql") return db.query(sql, values);
  let at = 0;
  return db.query(
    sql.replaceAll("`", '"').replace(/\?/g, () => `$${++at}`),
    values,
  );
}

export async function countOf(db: Connection, sql: string, values?: readonly unknown[]): Promise<number> {
  const { rows } = await ask(db, sql, values);
  return Number(Object.values(rows[0] ?? {})[0]);
}

/** A table `User(key…, email, no)` with rows numbered from 0, whose number stays whatever becomes of them. */
export async function makeTable(
  db: Connection,
  system: SystemName,
  input: {
    readonly shape: string;
    readonly rows: number;
    readonly fill: "sql" | "function";
    readonly canTrigger: boolean;
  },
): Promise<FilledTable> {
  const shape = shapesOf(system)[input.shape]!;
  const { key, keyOf } = shape;
  const names = key.map(({ column }) => `\`${column}\``).join(", ");
  const columns = key.map(({ column, type }) => `\`${column}\` ${type} NOT NULL`).join(", ");
  await ask(db, `CREATE TABLE \`User\` (${columns}, email varchar(190), no integer NOT NULL, PRIMARY KEY (${names}))`);
  for (let from = 0; from < input.rows; from += 1000) {
    const some = Array.from({ length: Math.min(1000, input.rows - from) }, (_, at) => from + at);
    const row = `(${Array.from({ length: key.length + 2 }, () => "?").join(", ")})`;
    await ask(
      db,
      `INSERT INTO \`User\` (${names}, email, no) VALUES ${some.map(() => row).join(", ")}`,
      some.flatMap((n) => [...keyOf(n), emailOf(n), String(n)]),
    );
  }
  if (system === "PostgreSQL") await db.query('ANALYZE "User"');
  const type = system === "PostgreSQL" ? "text" : "varchar(190)";
  const table = { name: "User" };
  const fill =
    system === "PostgreSQL"
      ? await fillOf("lower(email)", table, [...key.map(({ column }) => column), "email", "no"])
      : mysql.fillOf("LOWER(`email`)");
  const hasTrigger = input.canTrigger && input.fill === "sql" && system === "PostgreSQL";
  const add = async () => {
    if (system === "PostgreSQL") await addColumn(db, table, { name: "handle", type, fill }, hasTrigger);
    else await db.query(`ALTER TABLE \`User\` ADD COLUMN handle ${type} NULL`);
    await recordWrites(db, system);
  };
  await add();
  const bySql: BackfillSpec = {
    table,
    key: key.map(({ column, type: keyType }) => ({ column, type: keyType })),
    columns: [{ name: "handle", type, fill }],
    uniqueKeys: [],
  };
  return { ...shape, spec: input.fill === "sql" ? bySql : byFunction(bySql), hasTrigger, addColumn: add };
}

/** Every write of the column by an UPDATE, in the order of the server: of which row, from which source, and whose. */
async function recordWrites(db: Connection, system: SystemName): Promise<void> {
  await ask(
    db,
    "CREATE TABLE IF NOT EXISTS `Written` (no integer, value varchar(190), email varchar(190), who varchar(190))",
  );
  if (system === "PostgreSQL")
    await db.query(
      `CREATE OR REPLACE FUNCTION record_write() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$ BEGIN
         INSERT INTO "Written" VALUES (NEW.no, NEW.handle, NEW.email, current_setting('application_name')); RETURN NULL; END $$;
       DROP TRIGGER IF EXISTS zz ON "User";
       CREATE TRIGGER zz AFTER UPDATE ON "User" FOR EACH ROW
         WHEN (OLD.handle IS DISTINCT FROM NEW.handle) EXECUTE FUNCTION record_write()`,
    );
  else {
    await db.query("DROP TRIGGER IF EXISTS zz");
    await db.query(
      `CREATE TRIGGER zz AFTER UPDATE ON \`User\` FOR EACH ROW
         INSERT INTO \`Written\` SELECT NEW.no, NEW.handle, NEW.email, COALESCE(@who, 'lockstep')
           FROM (SELECT 1) one WHERE NOT (OLD.handle <=> NEW.handle)`,
    );
  }
}
