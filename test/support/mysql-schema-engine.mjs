#!/usr/bin/env node
/**
 * Stands in for Prisma's native schema engine of MySQL, which is a download that tests cannot count on: the same command line and
 * protocol, the same bookkeeping and lock, a file as one text of several statements, and the SQL of a change in the forms of the engine's
 * renderer (prisma-engines, `flavour/mysql/renderer.rs`). It compares the models with the database, as far as tests change them: columns,
 * unique indexes, foreign keys. PRISMA_SCHEMA_ENGINE_BINARY names a real one, which is used then.
 */
import { createHash, randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import mysql from "mysql2/promise";

const args = process.argv.slice(2);
const option = (name) => args[args.indexOf(name) + 1];
const url = args.includes("--datasource") ? JSON.parse(option("--datasource")).url : undefined;

class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

async function withDatabase(run, to = url) {
  const session = await mysql.createConnection({ uri: to, multipleStatements: true, dateStrings: true });
  try {
    return await run(session);
  } finally {
    session.destroy();
  }
}

const bookkeeping = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at DATETIME(3), migration_name VARCHAR(255) NOT NULL,
  logs TEXT, rolled_back_at DATETIME(3), started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`;

async function rowsOf(session) {
  const [tables] = await session.query("SHOW TABLES LIKE '\\_prisma\\_migrations'");
  if (tables.length === 0) return [];
  return (await session.query("SELECT * FROM _prisma_migrations ORDER BY started_at"))[0];
}

const files = ({ migrationDirectories }) =>
  migrationDirectories.map(({ path, migrationFile }) => ({ name: path, script: migrationFile.content.value }));
const checksumOf = (script) => createHash("sha256").update(script).digest("hex");

async function applyMigrations({ migrationsList }) {
  return withDatabase(async (session) => {
    await session.query("SELECT GET_LOCK('prisma_migrate', 10)");
    const rows = (await rowsOf(session)).filter((row) => row.rolled_back_at === null);
    const failed = rows.find((row) => row.finished_at === null);
    if (failed !== undefined)
      throw new Refusal(
        "P3009",
        `migrate found failed migrations in the target database, new migrations will not be applied. Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve\nThe \`${failed.migration_name}\` migration started at ${failed.started_at} UTC failed`,
      );
    const appliedMigrationNames = [];
    await session.query(bookkeeping);
    for (const { name, script } of files(migrationsList)) {
      if (rows.some((row) => row.migration_name === name)) continue;
      const id = randomUUID();
      await session.query("INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES (?, ?, ?)", [
        id,
        checksumOf(script),
        name,
      ]);
      try {
        await session.query(script);
      } catch (error) {
        const message = `A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve\n\nMigration name: ${name}\n\nDatabase error code: ${error.errno}\n\nDatabase error:\n${error.sqlMessage}\n\nPlease check the query number 1 from the migration file.\n\n`;
        const trace = `   0: sql_schema_connector::apply_migration::apply_script\n           with migration_name="${name}"`;
        await session.query("UPDATE _prisma_migrations SET logs = ? WHERE id = ?", [message + trace, id]);
        throw new Refusal("P3018", message);
      }
      await session.query(
        "UPDATE _prisma_migrations SET finished_at = CURRENT_TIMESTAMP(3), applied_steps_count = 1 WHERE id = ?",
        [id],
      );
      appliedMigrationNames.push(name);
    }
    return { appliedMigrationNames };
  });
}

async function markMigrationApplied({ migrationName, migrationsList }) {
  const { script } = files(migrationsList).find(({ name }) => name === migrationName);
  await withDatabase(async (session) => {
    await session.query(bookkeeping);
    await session.query(
      "UPDATE _prisma_migrations SET rolled_back_at = CURRENT_TIMESTAMP(3) WHERE migration_name = ? AND finished_at IS NULL AND rolled_back_at IS NULL",
      [migrationName],
    );
    await session.query(
      "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES (?, ?, ?, CURRENT_TIMESTAMP(3))",
      [randomUUID(), checksumOf(script), migrationName],
    );
  });
  return {};
}

async function markMigrationRolledBack({ migrationName }) {
  await withDatabase((session) =>
    session.query(
      "UPDATE _prisma_migrations SET rolled_back_at = CURRENT_TIMESTAMP(3) WHERE migration_name = ? AND finished_at IS NULL",
      [migrationName],
    ),
  );
  return {};
}

// The SQL of a change.

const types = {
  Int: "INTEGER",
  BigInt: "BIGINT",
  String: "VARCHAR(191)",
  Boolean: "BOOLEAN",
  DateTime: "DATETIME(3)",
  Float: "DOUBLE",
  Json: "JSON",
};
const actions = { Cascade: "CASCADE", Restrict: "RESTRICT", NoAction: "NO ACTION", SetNull: "SET NULL" };
const quoted = (names) => names.map((name) => `\`${name}\``).join(", ");

/** What the models want: tables with columns, unique indexes and foreign keys. */
function wanted(schema) {
  const { get_datamodel } = createRequire(import.meta.url)("@prisma/prisma-schema-wasm");
  const { models, enums } = JSON.parse(
    get_datamodel(JSON.stringify({ prismaSchema: schema.files.map(({ path, content }) => [path, content]) })),
  );
  return models.map(({ name, dbName, fields, uniqueFields }) => {
    const table = dbName ?? name;
    const columnOf = (field) => field.dbName ?? field.name;
    const named = (own) => own.map((each) => columnOf(fields.find((field) => field.name === each)));
    const keys = [...fields.filter((field) => field.isUnique).map((field) => [field.name]), ...uniqueFields].map(named);
    return {
      table,
      columns: fields.filter(({ kind }) => kind !== "object").map((field) => columnIn(field, columnOf(field), enums)),
      uniques: keys.map((columns) => ({ name: `${table}_${columns.join("_")}_key`, columns })),
      foreignKeys: fields
        .filter(({ relationFromFields = [] }) => relationFromFields.length > 0)
        .map((field) => {
          const other = models.find((model) => model.name === field.type);
          const columns = named(field.relationFromFields);
          const to = `\`${other.dbName ?? other.name}\`(${quoted(field.relationToFields)})`;
          const onDelete = actions[field.relationOnDelete] ?? (field.isRequired ? "RESTRICT" : "SET NULL");
          return {
            name: `${table}_${columns.join("_")}_fkey`,
            sql: `FOREIGN KEY (${quoted(columns)}) REFERENCES ${to} ON DELETE ${onDelete} ON UPDATE CASCADE`,
          };
        }),
    };
  });
}

function columnIn(field, name, enums) {
  const values = enums.find((each) => each.name === field.type && field.kind === "enum")?.values;
  const [native, parameters = []] = field.nativeType ?? [];
  const own = native && `${native.toUpperCase()}${parameters.length === 0 ? "" : `(${parameters.join(", ")})`}`;
  const type = values ? `ENUM(${values.map((value) => `'${value.dbName ?? value.name}'`).join(", ")})` : own;
  return { name, type: type ?? types[field.type], isRequired: field.isRequired, default: defaultOf(field.default) };
}

function defaultOf(value) {
  if (value === undefined) return "";
  if (typeof value !== "object") return ` DEFAULT ${typeof value === "string" ? `'${value}'` : value}`;
  if (value.name === "now") return " DEFAULT CURRENT_TIMESTAMP(3)";
  return value.name === "autoincrement" ? " AUTO_INCREMENT" : "";
}

const declared = ({ name, type, isRequired, default: value }) =>
  `\`${name}\` ${type} ${isRequired ? "NOT NULL" : "NULL"}${value}`;

async function change({ schema }) {
  return withDatabase(async (session) => {
    const ask = async (sql) => (await session.query(sql))[0];
    const parts = [];
    const last = [];
    const warnings = [];
    const unexecutable = [];
    for (const { table, columns, uniques, foreignKeys } of wanted(schema)) {
      const of = `TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${table}'`;
      const there = await ask(
        `SELECT COLUMN_NAME AS name, IS_NULLABLE = 'NO' AS isRequired FROM information_schema.COLUMNS WHERE ${of}`,
      );
      const indexes = await ask(
        `SELECT DISTINCT INDEX_NAME AS name FROM information_schema.STATISTICS WHERE ${of} AND NON_UNIQUE = 0 AND INDEX_NAME <> 'PRIMARY'`,
      );
      const keys = await ask(
        `SELECT CONSTRAINT_NAME AS name FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE CONSTRAINT_SCHEMA = DATABASE() AND TABLE_NAME = '${table}'`,
      );
      const clauses = [];
      for (const { name } of there.filter((each) => !columns.some((column) => column.name === each.name)))
        clauses.push(`DROP COLUMN \`${name}\``);
      for (const column of columns) {
        const found = there.find((each) => each.name === column.name);
        if (found === undefined) clauses.push(`ADD COLUMN ${declared(column)}`);
        else if (Boolean(found.isRequired) !== column.isRequired) clauses.push(`MODIFY ${declared(column)}`);
        const [{ rows }] = await ask(`SELECT COUNT(*) AS \`rows\` FROM \`${table}\``);
        if (found === undefined && column.isRequired && column.default === "" && rows > 0)
          unexecutable.push(
            `Added the required column \`${column.name}\` to the \`${table}\` table without a default value. There are ${rows} rows in this table, it is not possible to execute this step.`,
          );
      }
      const gone = indexes.filter((each) => !uniques.some(({ name }) => name === each.name));
      parts.push(...gone.map(({ name }) => `-- DropIndex\nDROP INDEX \`${name}\` ON \`${table}\`;\n`));
      if (clauses.length > 0) parts.push(`-- AlterTable\nALTER TABLE \`${table}\` ${clauses.join(",\n    ")};\n`);
      for (const { name, columns: own } of uniques.filter(
        (each) => !indexes.some((index) => index.name === each.name),
      )) {
        last.push(`-- CreateIndex\nCREATE UNIQUE INDEX \`${name}\` ON \`${table}\`(${quoted(own)});\n`);
        warnings.push(
          `A unique constraint covering the columns \`[${own.join(",")}]\` on the table \`${table}\` will be added. If there are existing duplicate values, this will fail.`,
        );
      }
      for (const { name, sql } of foreignKeys.filter((each) => !keys.some((key) => key.name === each.name)))
        last.push(`-- AddForeignKey\nALTER TABLE \`${table}\` ADD CONSTRAINT \`${name}\` ${sql};\n`);
    }
    return { script: [...parts, ...last].join("\n"), warnings, unexecutable };
  });
}

const stepped = (messages) => messages.map((message, stepIndex) => ({ message, stepIndex }));

const methods = {
  applyMigrations,
  markMigrationApplied,
  markMigrationRolledBack,
  devDiagnostic: async () => ({ action: { tag: "createMigration" } }),
  async evaluateDataLoss(params) {
    const { script, warnings, unexecutable } = await change(params);
    return {
      migrationSteps: script === "" ? 0 : 1,
      unexecutableSteps: stepped(unexecutable),
      warnings: stepped(warnings),
    };
  },
  async createMigration(params) {
    const { script } = await change(params);
    const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
    const migrationScript = script === "" && !params.draft ? null : script;
    return {
      connectorType: "mysql",
      generatedMigrationName: `${stamp}_${params.migrationName}`,
      migrationScript,
      extension: "sql",
    };
  },
  /** From the database of the config to models, as `lockstep prisma migrate dev` asks for it. */
  async diff({ to }) {
    const { script } = await change({ schema: to });
    await print(script === "" ? "-- This is an empty migration." : script);
    return { exitCode: 0, stdout: null };
  },
  async diagnoseMigrationHistory({ migrationsList }) {
    const rows = (await withDatabase(rowsOf)).filter((row) => row.rolled_back_at === null);
    const pending = files(migrationsList).filter(({ name }) => !rows.some((row) => row.migration_name === name));
    return {
      drift: null,
      history:
        pending.length === 0
          ? null
          : { diagnostic: "databaseIsBehind", unappliedMigrationNames: pending.map(({ name }) => name) },
      failedMigrationNames: rows.filter((row) => row.finished_at === null).map((row) => row.migration_name),
      editedMigrationNames: [],
      errorInUnappliedMigration: null,
      hasMigrationsTable: rows.length > 0,
    };
  },
};

const shown = new Map();
/** Shows a text to the user, by a request to the CLI. */
function print(content) {
  const id = `print-${shown.size}`;
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, method: "print", params: { content } })}\n`);
  return new Promise((resolve) => shown.set(id, resolve));
}

async function answer({ id, method, params }) {
  try {
    const run = methods[method];
    if (run === undefined) return { jsonrpc: "2.0", error: { code: -32601, message: `no method ${method}` }, id };
    return { jsonrpc: "2.0", result: await run(params), id };
  } catch (error) {
    const data = { is_panic: false, message: error.message, meta: null, error_code: error.code };
    return { jsonrpc: "2.0", error: { code: 4466, message: "An error happened.", data }, id };
  }
}

if (args.includes("--version")) process.stdout.write("schema-engine-cli stand-in\n");
else if (args.includes("cli")) {
  const log = (level, fields) =>
    process.stderr.write(`${JSON.stringify({ level, target: "schema_engine::logger", fields })}\n`);
  log("INFO", { message: "Starting schema engine CLI" });
  await withDatabase((session) => session.query("SELECT 1")).catch((error) => {
    log("ERROR", { message: error.message, error_code: "P1001" });
    process.exitCode = 1;
  });
} else {
  let work = Promise.resolve();
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      const message = JSON.parse(line);
      if (message.method === undefined) shown.get(message.id)?.();
      else work = work.then(async () => process.stdout.write(`${JSON.stringify(await answer(message))}\n`));
    })
    .on("close", () => work.then(() => process.exit(0)));
}
