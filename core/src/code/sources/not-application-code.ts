import { posix } from "node:path";
import type { DialectId } from "../../model/index.js";

/** Of the documents of a project: what others wrote, what tools wrote down, and what has run. */
export const foreignDocuments = [
  "**/{bower_components,third_party,third-party,thirdparty,migration,dumps,backups}/**",
  "**/{snapshots,__image_snapshots__}/**",
  "**/*{.snap,.snapshot,-snapshot,_snapshot}.{json,yaml,yml,sql,graphql,gql}",
];

/**
 * Whether a file is a migration, whatever tool runs it and whichever database it is for: what it did was done, and it stays as it
 * is. Folders of that name are left out before.
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

/** Prisma and Drizzle, Flyway, golang-migrate, goose and dbmate, and what is numbered by time or in a row. */
function isSqlMigration(name: string, text: string): boolean {
  return (
    /^(?:migration|\d{4,}[_-].*|[VUR]\d[\d._]*__.*|.*\.(?:up|down))\.sql$/.test(name) ||
    /^--(?:> statement-breakpoint| \+goose Up| migrate:up)/m.test(text)
  );
}

/** Whether SQL is the contents of a database that a tool has written down. */
export function isDump(text: string): boolean {
  return /^(?:-- (?:PostgreSQL database|MySQL|MariaDB|phpMyAdmin SQL)(?: \S+)? ?dump\b|PRAGMA foreign_keys ?= ?OFF;)/im.test(
    text.slice(0, 2_000),
  );
}

const mysql = /^(?:mysql|maria)(?:-?db)?$/i;
/** How folders are called after a database. MySQL and MariaDB share theirs. */
const foldersOf: Readonly<Record<DialectId, RegExp>> = {
  postgresql: /^(?:postgres(?:ql)?(?:-?db)?|pg|psql)$/i,
  mysql,
  mariadb: mysql,
};
const othersFolder =
  /^(?:better-?)?(?:sqlite3?|sqljs|mssql|sql-?server|oracle|libsql|d1|mongo|cockroach|spanner)(?:-?db)?$/i;

/** Whether a path is in a folder that is called after a database that is not this one. */
export function isOfOtherDatabase(file: string, dialect: DialectId = "postgresql"): boolean {
  const others = [othersFolder, ...Object.values(foldersOf).filter((each) => each !== foldersOf[dialect])];
  return posix
    .dirname(file)
    .split("/")
    .some((name) => others.some((each) => each.test(name)));
}
