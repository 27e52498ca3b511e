import { expect, test } from "vitest";
import { judging } from "../../../core/src/postgresql/judging.js";
import { loadParser } from "../../../core/src/postgresql/read/parser.js";
import { readMigration } from "../../../core/src/postgresql/read/read-migration.js";
import { noticeWords } from "../../../core/src/review/verdict-words.js";
import { judge } from "../../../core/src/rules/judge.js";

// What TypeORM generates on PostgreSQL, query by query, and what becomes of it: the operations that are read, the rules that rewrite
// some of them, and what is left for a person to look at. Changes of a type, and what is dropped and added again, are corrected first:
// corrections/correct.test.ts has those.

interface Change {
  /** What changed in the entities. */
  readonly change: string;
  /** Default: 1.1.1, and 0.3.31 but for white space. */
  readonly by?: string;
  readonly sql: readonly string[];
  readonly kinds: string;
  readonly rules?: readonly string[];
  readonly notices?: readonly string[];
}

const changes: readonly Change[] = [
  {
    change: "defaults that PostgreSQL stores once, and optional columns",
    sql: [
      `ALTER TABLE "users" ADD "tier" character varying NOT NULL DEFAULT 'free'`,
      `ALTER TABLE "users" ADD "score" integer NOT NULL DEFAULT '0'`,
      `ALTER TABLE "users" ADD "flag" boolean NOT NULL DEFAULT false`,
      `ALTER TABLE "users" ADD "createdAt" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now()`,
      `ALTER TABLE "users" ADD "meta" jsonb NOT NULL DEFAULT '{}'`,
      `ALTER TABLE "users" ADD "bio" text`,
    ],
    kinds: "addColumn addColumn addColumn addColumn addColumn addColumn",
  },
  {
    change: "a required column",
    sql: [`ALTER TABLE "users" ADD "email" character varying NOT NULL`],
    kinds: "addColumn",
    rules: ["add-column-not-null"],
  },
  {
    change: "required and unique",
    sql: [
      `ALTER TABLE "users" ADD "email" character varying NOT NULL`,
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email")`,
    ],
    kinds: "addColumn addUnique",
    rules: ["add-column-not-null", "add-unique"],
  },
  {
    change: "unique new nullable",
    sql: [
      `ALTER TABLE "users" ADD "email" character varying`,
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE ("email")`,
    ],
    kinds: "addColumn addUnique",
    rules: ["add-unique"],
  },
  {
    change: "composite unique new deferrable",
    sql: [
      `ALTER TABLE "users" ADD "email" character varying`,
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_email_name" UNIQUE ("email", "name") DEFERRABLE INITIALLY DEFERRED`,
    ],
    kinds: "addColumn addUnique",
    rules: ["add-unique"],
  },
  {
    change: "composite unique deferrable immediate",
    sql: [
      `ALTER TABLE "users" ADD "email" character varying`,
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_2d4a15c7f8b3864a5465fb687ee" UNIQUE ("email", "name") DEFERRABLE INITIALLY IMMEDIATE`,
    ],
    kinds: "addColumn addUnique",
    rules: ["add-unique"],
  },
  {
    change: "unique existing",
    sql: [`ALTER TABLE "users" ADD CONSTRAINT "UQ_51b8b26ac168fbe7d6f5653e6cf" UNIQUE ("name")`],
    kinds: "addUnique",
    rules: ["add-unique"],
  },
  {
    change: "unique replaced composite",
    sql: [
      `ALTER TABLE "users" DROP CONSTRAINT "UQ_149e2d8100817ece18b8719f314"`,
      `ALTER TABLE "users" ADD "email" character varying NOT NULL`,
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_df40fe7b20f5d570bdd4e092e62" UNIQUE ("email", "name", "nick")`,
    ],
    kinds: "dropConstraint addColumn addUnique",
    rules: ["add-column-not-null", "add-unique"],
    notices: [
      `locks the table, and the other table of a foreign key; the database then accepts rows that the constraint rejected`,
    ],
  },
  {
    change: "unique replaced single",
    sql: [
      `ALTER TABLE "users" ADD "email" character varying NOT NULL`,
      `ALTER TABLE "users" DROP CONSTRAINT "UQ_51b8b26ac168fbe7d6f5653e6cf"`,
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_2d4a15c7f8b3864a5465fb687ee" UNIQUE ("email", "name")`,
    ],
    kinds: "addColumn dropConstraint addUnique",
    rules: ["add-column-not-null", "add-unique"],
    notices: [
      `locks the table, and the other table of a foreign key; the database then accepts rows that the constraint rejected`,
    ],
  },
  {
    change: "index partial",
    sql: [
      `ALTER TABLE "users" ADD "email" character varying`,
      `CREATE INDEX "IDX_p" ON "users"  ("email") WHERE "email" IS NOT NULL`,
    ],
    kinds: "addColumn createIndex",
    rules: ["add-index"],
  },
  {
    change: "index unique new",
    sql: [`ALTER TABLE "users" ADD "email" character varying`, `CREATE UNIQUE INDEX "IDX_u" ON "users"  ("email")`],
    kinds: "addColumn createIndex",
    rules: ["add-index"],
  },
  {
    change: "index spatial new",
    sql: [`ALTER TABLE "users" ADD "p" point`, `CREATE INDEX "IDX_s" ON "users" USING gist ("p")`],
    kinds: "addColumn createIndex",
    rules: ["add-index"],
  },
  {
    change: "arrays",
    sql: [
      `ALTER TABLE "users" ADD "tags" text array NOT NULL DEFAULT '{}'`,
      `ALTER TABLE "users" ADD "v" character varying(20) array`,
      `CREATE TYPE "public"."users_roles_enum" AS ENUM('x', 'y')`,
      `ALTER TABLE "users" ADD "roles" "public"."users_roles_enum" array NOT NULL DEFAULT '{x}'`,
      `ALTER TABLE "users" ADD "n" numeric(10,2) array`,
    ],
    kinds: "addColumn addColumn createType addColumn addColumn",
  },
  {
    change: "enum new required",
    sql: [
      `CREATE TYPE "public"."users_role_enum" AS ENUM('x', 'y''z')`,
      `ALTER TABLE "users" ADD "role" "public"."users_role_enum" NOT NULL DEFAULT 'x'`,
    ],
    kinds: "createType addColumn",
  },
  {
    change: "enum new named no default",
    sql: [
      `CREATE TYPE "public"."role_kind" AS ENUM('x', 'y')`,
      `ALTER TABLE "users" ADD "role" "public"."role_kind" NOT NULL`,
    ],
    kinds: "createType addColumn",
    rules: ["add-column-not-null"],
  },
  {
    change: "types of many names",
    sql: [
      `ALTER TABLE "users" ADD "sa" text`,
      `ALTER TABLE "users" ADD "sj" text NOT NULL`,
      `CREATE TYPE "public"."users_se_enum" AS ENUM('q')`,
      `ALTER TABLE "users" ADD "se" "public"."users_se_enum" NOT NULL DEFAULT 'q'`,
      `ALTER TABLE "users" ADD "i" interval(3)`,
      `ALTER TABLE "users" ADD "t" TIME(0)`,
      `ALTER TABLE "users" ADD "tz" TIME WITH TIME ZONE`,
      `ALTER TABLE "users" ADD "ts" TIMESTAMP(3) NOT NULL DEFAULT ('now'::text)::timestamp(3) with time zone`,
      `ALTER TABLE "users" ADD "r" int4range`,
      `ALTER TABLE "users" ADD "ch" character(3)`,
      `ALTER TABLE "users" ADD "b" bit varying(5)`,
      `ALTER TABLE "users" ADD "by" bytea`,
    ],
    kinds:
      "addColumn addColumn createType addColumn addColumn addColumn addColumn addColumn addColumn addColumn addColumn addColumn",
    rules: ["add-column-not-null"],
  },
  {
    change: "identity",
    sql: [`ALTER TABLE "users" ADD "num" integer GENERATED BY DEFAULT AS IDENTITY NOT NULL`],
    kinds: "addColumn",
    notices: [`every row of "users" is rewritten while reads and writes wait`],
  },
  {
    change: "increment",
    sql: [`ALTER TABLE "users" ADD "num" SERIAL NOT NULL`],
    kinds: "addColumn",
    rules: ["add-column-serial"],
  },
  {
    change: "uuid generated",
    sql: [`ALTER TABLE "users" ADD "ext" uuid NOT NULL DEFAULT uuid_generate_v4()`],
    kinds: "addColumn",
    rules: ["add-column-volatile-default"],
  },
  {
    change: "check new col",
    sql: [
      `ALTER TABLE "users" ADD "score" integer NOT NULL DEFAULT '0'`,
      `ALTER TABLE "users" ADD CONSTRAINT "CHK_score" CHECK ("score" >= 0)`,
    ],
    kinds: "addColumn addCheck",
    notices: [
      `all rows of "users" are checked while reads and writes wait; fails if one violates the check, and so does running code that writes such a row`,
    ],
  },
  {
    change: "check existing",
    sql: [`ALTER TABLE "users" ADD CONSTRAINT "CHK_d93ac915899f25b76599411830" CHECK ("age" > 0)`],
    kinds: "addCheck",
    rules: ["add-check"],
  },
  {
    change: "exclusion",
    sql: [
      `ALTER TABLE "users" ADD "during" tstzrange`,
      `ALTER TABLE "users" ADD CONSTRAINT "XCL_d" EXCLUDE USING gist ("during" WITH &&)`,
    ],
    kinds: "addColumn addExclusion",
    notices: [
      `reads and writes of "users" wait until its index is built; fails if two rows exclude each other, and so does running code that writes such a row`,
    ],
  },
  {
    change: "comment new col",
    sql: [`ALTER TABLE "users" ADD "bio" text`, `COMMENT ON COLUMN "users"."bio" IS 'it''s'`],
    kinds: "addColumn comment",
  },
  {
    change: "comment existing",
    sql: [`COMMENT ON COLUMN "users"."name" IS 'it''s'`],
    kinds: "comment",
  },
  {
    change: "stored generated",
    sql: [
      `ALTER TABLE "users" ADD "lower" character varying(100) GENERATED ALWAYS AS (lower(name)) STORED NOT NULL`,
      `INSERT INTO "typeorm_metadata"("database", "schema", "table", "type", "name", "value") VALUES ($1, $2, $3, $4, $5, $6)`,
    ],
    kinds: "addColumn insert",
    notices: [
      `every row of "users" is rewritten while reads and writes wait; fails if one is NULL, and so does running code that writes such a row`,
    ],
  },
  {
    change: "collation new",
    sql: [`ALTER TABLE "users" ADD "bio" character varying COLLATE "C"`],
    kinds: "addColumn",
  },
  {
    change: "drop column",
    sql: [`ALTER TABLE "users" DROP COLUMN "nick"`],
    kinds: "dropColumn",
    notices: [`deletes the column's data; running code that still uses it fails`],
  },
  {
    change: "rename column",
    sql: [`ALTER TABLE "users" RENAME COLUMN "name" TO "fullName"`],
    kinds: "renameColumn",
    notices: [
      `running code that uses "name" fails after this migration, and code that uses "fullName" fails before it`,
    ],
  },
  {
    change: "rename unique indexed column",
    sql: [
      `DROP INDEX "public"."IDX_51b8b26ac168fbe7d6f5653e6c"`,
      `ALTER TABLE "users" RENAME COLUMN "name" TO "fullName"`,
      `ALTER TABLE "users" RENAME CONSTRAINT "UQ_51b8b26ac168fbe7d6f5653e6cf" TO "UQ_4b2bf18167e94dce386d714c67f"`,
      `CREATE INDEX "IDX_4b2bf18167e94dce386d714c67" ON "users"  ("fullName")`,
    ],
    kinds: "dropIndex renameColumn form RENAME CONSTRAINT createIndex",
    rules: ["add-index"],
    notices: [
      `waits for all queries on the table; later queries may become slow`,
      `running code that uses "name" fails after this migration, and code that uses "fullName" fails before it`,
    ],
  },
  {
    change: "rename enum column",
    sql: [
      `ALTER TABLE "users" RENAME COLUMN "status" TO "state"`,
      `ALTER TYPE "public"."users_status_enum" RENAME TO "users_state_enum"`,
    ],
    kinds: "renameColumn renameType",
    notices: [
      `running code that uses "status" fails after this migration, and code that uses "state" fails before it`,
      `running code that uses the type "users_status_enum" fails after this migration`,
    ],
  },
  {
    change: "numeric precision",
    sql: [`ALTER TABLE "users" ALTER COLUMN "n" TYPE numeric(12,2)`],
    kinds: "setType",
    notices: [
      `may rewrite every row of "users" while reads and writes wait; fails if a value cannot be converted, and so does running code that writes such a row`,
    ],
  },
  {
    change: "timestamp precision",
    sql: [`ALTER TABLE "users" ALTER COLUMN "n" TYPE TIMESTAMP(6)`],
    kinds: "setType",
    notices: [
      `may rewrite every row of "users" while reads and writes wait; fails if a value cannot be converted, and so does running code that writes such a row`,
    ],
  },
  {
    change: "collation change",
    sql: [`ALTER TABLE "users" ALTER COLUMN "name" TYPE character varying COLLATE "C"`],
    kinds: "setType",
    notices: [
      `may rewrite every row of "users" while reads and writes wait; fails if a value cannot be converted, and so does running code that writes such a row`,
    ],
  },
  {
    change: "generated expr change",
    sql: [
      `ALTER TABLE "users" DROP COLUMN "lower"`,
      `DELETE FROM "typeorm_metadata" WHERE "type" = $1 AND "name" = $2 AND "database" = $3 AND "schema" = $4 AND "table" = $5`,
      `ALTER TABLE "users" ADD "lower" character varying(100) GENERATED ALWAYS AS (upper(name)) STORED NOT NULL`,
      `INSERT INTO "typeorm_metadata"("database", "schema", "table", "type", "name", "value") VALUES ($1, $2, $3, $4, $5, $6)`,
    ],
    kinds: "dropColumn delete addColumn insert",
    notices: [
      `deletes the column's data; running code that still uses it fails`,
      `every row of "users" is rewritten while reads and writes wait; fails if one is NULL, and so does running code that writes such a row`,
    ],
  },
  {
    change: "enum add end",
    sql: [`ALTER TYPE "public"."users_status_enum" ADD VALUE 'c''d'`],
    kinds: "addEnumValue",
  },
  {
    change: "enum add middle two",
    sql: [
      `ALTER TYPE "public"."users_status_enum" ADD VALUE '0'`,
      `ALTER TYPE "public"."users_status_enum" ADD VALUE 'm'`,
      `ALTER TYPE "public"."users_status_enum" ADD VALUE 'z'`,
    ],
    kinds: "addEnumValue addEnumValue addEnumValue",
  },
  {
    change: "enum add no default",
    sql: [`ALTER TYPE "public"."users_kind_enum" ADD VALUE 'c'`],
    kinds: "addEnumValue",
  },
  {
    change: "enum add new default",
    sql: [
      `ALTER TYPE "public"."users_status_enum" ADD VALUE 'c'`,
      `ALTER TABLE "users" ALTER COLUMN "status" SET DEFAULT 'c'`,
    ],
    kinds: "addEnumValue setDefault",
    notices: [`fails if it runs in the transaction that adds "c" to the enum "users_status_enum"`],
  },
  {
    change: "enum add array",
    sql: [`ALTER TYPE "public"."users_kinds_enum" ADD VALUE 'c'`],
    kinds: "addEnumValue",
  },
  {
    change: "enum remove",
    sql: [
      `ALTER TYPE "public"."users_status_enum" RENAME TO "users_status_enum_old"`,
      `CREATE TYPE "public"."users_status_enum" AS ENUM('a')`,
      `ALTER TABLE "users" ALTER COLUMN "status" DROP DEFAULT`,
      `ALTER TABLE "users" ALTER COLUMN "status" TYPE "public"."users_status_enum" USING "status"::"text"::"public"."users_status_enum"`,
      `ALTER TABLE "users" ALTER COLUMN "status" SET DEFAULT 'a'`,
      `DROP TYPE "public"."users_status_enum_old"`,
    ],
    kinds: "renameType createType setDefault setType setDefault dropType",
    notices: [
      `the enum is recreated: every row of "users" is rewritten while reads and writes wait; fails if one has a removed value, and so does running code that writes such a row`,
    ],
  },
  {
    change: "enum replace",
    sql: [
      `ALTER TYPE "public"."users_status_enum" RENAME TO "users_status_enum_old"`,
      `CREATE TYPE "public"."users_status_enum" AS ENUM('a', 'c')`,
      `ALTER TABLE "users" ALTER COLUMN "status" DROP DEFAULT`,
      `ALTER TABLE "users" ALTER COLUMN "status" TYPE "public"."users_status_enum" USING "status"::"text"::"public"."users_status_enum"`,
      `ALTER TABLE "users" ALTER COLUMN "status" SET DEFAULT 'a'`,
      `DROP TYPE "public"."users_status_enum_old"`,
    ],
    kinds: "renameType createType setDefault setType setDefault dropType",
    notices: [
      `the enum is recreated: every row of "users" is rewritten while reads and writes wait; fails if one has a removed value, and so does running code that writes such a row`,
    ],
  },
  {
    change: "enum add plus nullable",
    sql: [
      `ALTER TYPE "public"."users_status_enum" ADD VALUE 'c'`,
      `ALTER TABLE "users" ALTER COLUMN "status" DROP NOT NULL`,
      `ALTER TABLE "users" ALTER COLUMN "status" DROP DEFAULT`,
    ],
    kinds: "addEnumValue dropNotNull setDefault",
  },
  {
    change: "m2o required",
    sql: [
      `ALTER TABLE "users" ADD "orgId" integer NOT NULL`,
      `ALTER TABLE "users" ADD CONSTRAINT "FK_1890588e47e133fd85670f187d6" FOREIGN KEY ("orgId") REFERENCES "orgs"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`,
    ],
    kinds: "addColumn addForeignKey",
    rules: ["add-column-not-null", "add-foreign-key"],
  },
  {
    change: "m2o cascade deferrable",
    sql: [
      `ALTER TABLE "users" ADD "orgId" integer`,
      `ALTER TABLE "users" ADD CONSTRAINT "FK_1890588e47e133fd85670f187d6" FOREIGN KEY ("orgId") REFERENCES "orgs"("id") ON DELETE CASCADE ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED`,
    ],
    kinds: "addColumn addForeignKey",
    rules: ["add-foreign-key"],
  },
  {
    change: "m2o onDelete changed",
    sql: [
      `ALTER TABLE "users" DROP CONSTRAINT "FK_1890588e47e133fd85670f187d6"`,
      `ALTER TABLE "users" ADD CONSTRAINT "FK_1890588e47e133fd85670f187d6" FOREIGN KEY ("orgId") REFERENCES "orgs"("id") ON DELETE SET NULL ON UPDATE NO ACTION`,
    ],
    kinds: "dropConstraint addForeignKey",
    rules: ["add-foreign-key"],
  },
  {
    change: "one to one",
    sql: [
      `ALTER TABLE "users" ADD "orgId" integer`,
      `ALTER TABLE "users" ADD CONSTRAINT "UQ_1890588e47e133fd85670f187d6" UNIQUE ("orgId")`,
      `ALTER TABLE "users" ADD CONSTRAINT "FK_1890588e47e133fd85670f187d6" FOREIGN KEY ("orgId") REFERENCES "orgs"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`,
    ],
    kinds: "addColumn addUnique addForeignKey",
    rules: ["add-unique", "add-foreign-key"],
  },
  {
    change: "many to many: a join table",
    sql: [
      `CREATE TABLE "users_orgs_orgs" ("usersId" integer NOT NULL, "orgsId" integer NOT NULL, CONSTRAINT "PK_d9627341d57a0725da707400190" PRIMARY KEY ("usersId", "orgsId"))`,
      `CREATE INDEX "IDX_ca7b1fe4f19c83de731a858d8a" ON "users_orgs_orgs"  ("usersId")`,
      `CREATE INDEX "IDX_94cb125c4c67acb1c371fd3ee7" ON "users_orgs_orgs"  ("orgsId")`,
      `ALTER TABLE "users_orgs_orgs" ADD CONSTRAINT "FK_ca7b1fe4f19c83de731a858d8a1" FOREIGN KEY ("usersId") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE`,
      `ALTER TABLE "users_orgs_orgs" ADD CONSTRAINT "FK_94cb125c4c67acb1c371fd3ee75" FOREIGN KEY ("orgsId") REFERENCES "orgs"("id") ON DELETE CASCADE ON UPDATE CASCADE`,
    ],
    kinds: "createTable createIndex createIndex addForeignKey addForeignKey",
  },
  {
    change: "new table with all",
    sql: [
      `CREATE TYPE "public"."extras_w_enum" AS ENUM('k')`,
      `CREATE TABLE "extras" ("id" uuid NOT NULL DEFAULT uuid_generate_v4(), "v" character varying NOT NULL, "w" "public"."extras_w_enum" NOT NULL DEFAULT 'k', "userId" integer, CONSTRAINT "UQ_52552c354065e89c3c0b67a5306" UNIQUE ("v"), CONSTRAINT "UQ_d11f08547eb07968c784fec205a" UNIQUE ("v", "w"), CONSTRAINT "CHK_4193ebcbd4a1fd31483cd62096" CHECK ("v" <> ''), CONSTRAINT "PK_e07ed57e910c6cfc15f350141a2" PRIMARY KEY ("id")); COMMENT ON COLUMN "extras"."v" IS 'c'`,
      `CREATE INDEX "IDX_2c1883cd8117ec86319d557ce4" ON "extras"  ("w")`,
      `ALTER TABLE "extras" ADD CONSTRAINT "FK_217212d4e9e3745dfd76785cf9a" FOREIGN KEY ("userId") REFERENCES "users"("id") ON DELETE NO ACTION ON UPDATE NO ACTION`,
    ],
    kinds: "createType createTable comment createIndex addForeignKey",
  },
  {
    change: "schema qualified",
    sql: [
      `ALTER TABLE "auth"."things" ADD "code" character varying NOT NULL`,
      `ALTER TABLE "auth"."things" ADD CONSTRAINT "UQ_fbb2bb623d5a010c98bd64ad198" UNIQUE ("code")`,
      `CREATE TYPE "auth"."things_role_enum" AS ENUM('x')`,
      `ALTER TABLE "auth"."things" ADD "role" "auth"."things_role_enum" NOT NULL DEFAULT 'x'`,
      `ALTER TABLE "auth"."things" DROP COLUMN "name"`,
      `ALTER TABLE "auth"."things" ADD "name" character varying(50) NOT NULL`,
      `CREATE INDEX "IDX_fbb2bb623d5a010c98bd64ad19" ON "auth"."things"  ("code")`,
      `CREATE UNIQUE INDEX "IDX_0de354385938ab0380e4ff60be" ON "auth"."things"  ("name", "code")`,
    ],
    kinds: "addColumn addUnique createType addColumn dropColumn addColumn createIndex createIndex",
    rules: ["add-column-not-null", "add-unique", "add-column-not-null", "add-index", "add-index"],
    notices: [`deletes the column's data; running code that still uses it fails`],
  },
  {
    change: "new schema",
    sql: [
      `CREATE TABLE "fresh"."things" ("id" SERIAL NOT NULL, CONSTRAINT "PK_b19ac605b3912ed10128f2ac322" PRIMARY KEY ("id"))`,
    ],
    kinds: "createTable",
  },
  {
    change: "two columns and index",
    sql: [
      `ALTER TABLE "users" ADD "p" integer NOT NULL`,
      `ALTER TABLE "users" ADD "q" integer NOT NULL`,
      `CREATE INDEX "IDX_fcdf72aeaf1897a2c296a05c2e" ON "users"  ("p")`,
    ],
    kinds: "addColumn addColumn createIndex",
    rules: ["add-column-not-null", "add-column-not-null", "add-index"],
  },
  {
    change: "pk added column",
    sql: [
      `ALTER TABLE "users" ADD "tenant" integer NOT NULL`,
      `ALTER TABLE "users" DROP CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433"`,
      `ALTER TABLE "users" ADD CONSTRAINT "PK_5a96f8390d5d595426f90f73f28" PRIMARY KEY ("id", "tenant")`,
    ],
    kinds: "addColumn dropConstraint addPrimaryKey",
    rules: ["add-column-not-null"],
    notices: [
      `locks the table, and the other table of a foreign key; the database then accepts rows that the constraint rejected`,
      `reads and writes of "users" wait until its index is built; fails if one is NULL or two rows have the same values, and so does running code that writes such a row`,
    ],
  },
  {
    change: "required to nullable",
    sql: [`ALTER TABLE "users" ALTER COLUMN "name" DROP NOT NULL`],
    kinds: "dropNotNull",
  },
  {
    change: "nullable to required",
    sql: [`ALTER TABLE "users" ALTER COLUMN "nick" SET NOT NULL`],
    kinds: "setNotNull",
    rules: ["set-not-null"],
  },
  {
    change: "default added",
    sql: [`ALTER TABLE "users" ALTER COLUMN "name" SET DEFAULT 'anon'`],
    kinds: "setDefault",
  },
  {
    change: "default dropped",
    sql: [`ALTER TABLE "users" ALTER COLUMN "status" DROP DEFAULT`],
    kinds: "setDefault",
  },
  {
    change: "fn default",
    sql: [`ALTER TABLE "users" ADD "rnd" double precision NOT NULL DEFAULT random()`],
    kinds: "addColumn",
    rules: ["add-column-volatile-default"],
  },
  {
    change: "a view",
    sql: [
      `CREATE VIEW "v_users" AS SELECT id, name FROM users`,
      `INSERT INTO "typeorm_metadata"("database", "schema", "table", "type", "name", "value") VALUES (DEFAULT, $1, DEFAULT, $2, $3, $4)`,
    ],
    kinds: "createView insert",
  },
  {
    change: "a column becomes numbered",
    sql: [
      `CREATE SEQUENCE IF NOT EXISTS "users_num_seq" OWNED BY "users"."num"`,
      `ALTER TABLE "users" ALTER COLUMN "num" SET DEFAULT nextval('"users_num_seq"')`,
    ],
    kinds: "form CreateSeqStmt setDefault",
  },
  {
    change: "enum add end",
    by: "0.3.31",
    sql: [
      `ALTER TYPE "public"."users_status_enum" RENAME TO "users_status_enum_old"`,
      `CREATE TYPE "public"."users_status_enum" AS ENUM('a', 'b', 'c''d')`,
      `ALTER TABLE "users" ALTER COLUMN "status" DROP DEFAULT`,
      `ALTER TABLE "users" ALTER COLUMN "status" TYPE "public"."users_status_enum" USING "status"::"text"::"public"."users_status_enum"`,
      `ALTER TABLE "users" ALTER COLUMN "status" SET DEFAULT 'a'`,
      `DROP TYPE "public"."users_status_enum_old"`,
    ],
    kinds: "renameType createType setDefault setType setDefault dropType",
    notices: [
      `the enum is recreated: every row of "users" is rewritten while reads and writes wait; fails if one has a removed value, and so does running code that writes such a row`,
    ],
  },
  {
    change: "enum add new default",
    by: "0.3.31",
    sql: [
      `ALTER TYPE "public"."users_status_enum" RENAME TO "users_status_enum_old"`,
      `CREATE TYPE "public"."users_status_enum" AS ENUM('a', 'b', 'c')`,
      `ALTER TABLE "users" ALTER COLUMN "status" DROP DEFAULT`,
      `ALTER TABLE "users" ALTER COLUMN "status" TYPE "public"."users_status_enum" USING "status"::"text"::"public"."users_status_enum"`,
      `ALTER TABLE "users" ALTER COLUMN "status" SET DEFAULT 'c'`,
      `DROP TYPE "public"."users_status_enum_old"`,
    ],
    kinds: "renameType createType setDefault setType setDefault dropType",
    notices: [
      `the enum is recreated: every row of "users" is rewritten while reads and writes wait; fails if one has a removed value, and so does running code that writes such a row`,
    ],
  },
  {
    change: "enum value and new column with it",
    sql: [
      `ALTER TABLE "users" ADD "k2" "public"."kind" NOT NULL DEFAULT 'c'`,
      `ALTER TYPE "public"."kind" ADD VALUE 'c'`,
    ],
    kinds: "addColumn addEnumValue",
    rules: ["use-new-enum-value"],
  },
  {
    change: "enum array default new value",
    sql: [
      `ALTER TYPE "public"."users_ks_enum" ADD VALUE 'c'`,
      `ALTER TABLE "users" ALTER COLUMN "ks" SET DEFAULT '{c}'`,
    ],
    kinds: "addEnumValue setDefault",
    notices: [`fails if it runs in the transaction that adds "c" to the enum "users_ks_enum"`],
  },
  {
    change: "timestamp precision drop",
    sql: [`ALTER TABLE "users" ALTER COLUMN "z" TYPE TIMESTAMP WITH TIME ZONE`],
    kinds: "setType",
    notices: [
      `may rewrite every row of "users" while reads and writes wait; fails if a value cannot be converted, and so does running code that writes such a row`,
    ],
  },
  {
    change: "numeric unconstrained",
    sql: [`ALTER TABLE "users" ALTER COLUMN "z" TYPE numeric`],
    kinds: "setType",
    notices: [
      `may rewrite every row of "users" while reads and writes wait; fails if a value cannot be converted, and so does running code that writes such a row`,
    ],
  },
];

test.each(changes)("$change", async ({ sql, kinds, rules = [], notices = [] }) => {
  const migration = readMigration(sql.map((query) => `${query};\n`).join(""), "migration.sql", await loadParser());
  const kindOf = ({ kind, ...operation }: (typeof migration.operations)[number]) =>
    "what" in operation ? `${kind} ${operation.what}` : kind;
  expect(migration.operations.map(kindOf).join(" ")).toBe(kinds);
  const judged = judge(migration, { judging, typeKind: () => "plain", isUncommitted: () => true });
  expect(judged.findings.map(({ rule }) => rule.id)).toEqual(rules);
  expect(judged.notices.map(noticeWords)).toEqual(notices);
});
