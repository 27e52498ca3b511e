import { posix } from "node:path";
import type { DialectId } from "../../model/index.js";

/** Documents from third parties, tool output, and SQL that has already run. */
export const foreignDocuments = [
  "**/{bower_components,third_party,third-party,thirdparty,migration,dumps,backups}/**",
  "**/{snapshots,__image_snapshots__}/**",
  "**/*{.snap,.snapshot,-snapshot,_snapshot}.{json,yaml,yml,sql,graphql,gql}",
];

/**
 * Whether a file is a migration, of any tool and database. It has run and must stay unchanged. Folders with that name are excluded before.
 */
export function isMigration(file: string, text: string): boolean {
  return file.endsWith(".sql")
    ? isSqlMigration(posix.basename(file), text)
    : codeOfMigrations.some((code) => code.test(text));
}

/** TypeORM, Knex, Sequelize, node-pg-migrate, Kysely, MikroORM. */
const codeOfMigrations: readonly RegExp[] = [
  /\bimplements\s[^{]*\bMigrationInterface\b/,
  /\bup\b\s*[:=]?\s*(?:async\s*)?(?:function\b\s*\w*\s*)?\(\s*\{?\s*(?:queryRunner|knex|queryInterface|pgm)\b/,
  /\bup\b\s*[:=]?\s*(?:async\s*)?(?:function\b\s*\w*\s*)?\([^()]*:\s*(?:QueryRunner|Knex|QueryInterface|MigrationBuilder|MigrationContext|Kysely<)/,
  /\bextends\s+Migration\b[\s\S]*\bthis\.addSql\(/,
];

/** Prisma and Drizzle, Flyway, golang-migrate, goose and dbmate, and names with a timestamp or number. */
function isSqlMigration(name: string, text: string): boolean {
  return (
    /^(?:migration|\d{4,}[_-].*|[VUR]\d[\d._]*__.*|.*\.(?:up|down))\.sql$/.test(name) ||
    /^--(?:> statement-breakpoint| \+goose Up| migrate:up)/m.test(text)
  );
}

/** Whether SQL is a database dump. */
export function isDump(text: string): boolean {
  return /^(?:-- (?:PostgreSQL database|MySQL|MariaDB|phpMyAdmin SQL)(?: \S+)? ?dump\b|PRAGMA foreign_keys ?= ?OFF;)/im.test(
    text.slice(0, 2_000),
  );
}

const mysql = /^(?:mysql|maria)(?:-?db)?$/i;
/** Folder names for each database. MySQL and MariaDB share theirs. */
const foldersOf: Readonly<Record<DialectId, RegExp>> = {
  postgresql: /^(?:postgres(?:ql)?(?:-?db)?|pg|psql)$/i,
  mysql,
  mariadb: mysql,
};
const othersFolder =
  /^(?:better-?)?(?:sqlite3?|sqljs|mssql|sql-?server|oracle|libsql|d1|mongo|cockroach|spanner)(?:-?db)?$/i;

/** Whether a path is in a folder that is named after another database. */
export function isOfOtherDatabase(file: string, dialect: DialectId = "postgresql"): boolean {
  const others = [othersFolder, ...Object.values(foldersOf).filter((each) => each !== foldersOf[dialect])];
  return posix
    .dirname(file)
    .split("/")
    .some((name) => others.some((each) => each.test(name)));
}
