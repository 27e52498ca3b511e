import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readMigrationSql } from "../../../plugin-typeorm/src/migrations/read-sql.js";
import { readTemplate, templateLiteral } from "../../../plugin-typeorm/src/migrations/template.js";
import type { Flavour } from "../../../plugin-typeorm/src/project.js";
import { migrationsOf, original, ownSpecs } from "../../support/typeorm-units.js";
import { fileOf } from "../../support/units.js";

const flavours: readonly Flavour[] = [
  { language: "ts", module: "commonjs" },
  { language: "js", module: "commonjs" },
  { language: "js", module: "esm" },
];

describe("a migration class", () => {
  it("is the header, one statement outside of a transaction, and what takes it back", () => {
    const [, build] = migrationsOf(ownSpecs, { language: "ts", module: "commonjs" });
    expect(build?.text).toMatchInlineSnapshot(`
      "import type { MigrationInterface, QueryRunner } from "typeorm";

      // Lockstep plan 20261120093000_handle, phase expand, file 1/3, 7f3c1a9e0b1c
      // Because  add-column-not-null
      // Explain  npx lockstep plan 20261120093000_handle
      //
      // Build the unique index "User_handle_key" concurrently
      // DDL      CREATE UNIQUE INDEX CONCURRENTLY "User_handle_key" ON "User"("handle")
      // Lock     SHARE UPDATE EXCLUSIVE on "User" while it scans the table: reads and writes continue
      // Undo     DROP INDEX CONCURRENTLY IF EXISTS "User_handle_key"
      export class AddHandleCreateIndex1763648123457 implements MigrationInterface {
          name = "AddHandleCreateIndex1763648123457";

          public async up(queryRunner: QueryRunner): Promise<void> {
              await outsideTransaction(queryRunner, async () => {
                  if (await isBuilt(queryRunner)) {
                      return;
                  }
                  try {
                      await queryRunner.query(\`CREATE UNIQUE INDEX CONCURRENTLY "User_handle_key" ON "User"("handle")\`);
                  } catch (error) {
                      await isBuilt(queryRunner).catch(() => false);
                      throw error;
                  }
              });
          }

          public async down(queryRunner: QueryRunner): Promise<void> {
              await outsideTransaction(queryRunner, async () => {
                  await queryRunner.query(\`DROP INDEX CONCURRENTLY IF EXISTS "User_handle_key"\`);
              });
          }
      }

      /** Whether an earlier run has built the index. What a build that broke off has left is dropped. */
      async function isBuilt(queryRunner: QueryRunner): Promise<boolean> {
          for (;;) {
              const [index] = (await queryRunner.query(\`SELECT indisvalid AND indisready AND indislive AS valid,
                  EXISTS (SELECT FROM pg_locks l WHERE l.relation = indrelid AND mode = 'ShareUpdateExclusiveLock' AND granted
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                      AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = l.pid AND backend_type = 'autovacuum worker')) AS building
                  FROM pg_index
                  WHERE indexrelid = to_regclass('"User_handle_key"') AND indrelid = to_regclass('"User"')\`)) as [{ valid: boolean; building: boolean }?];
              if (!index || index.valid) {
                  return Boolean(index);
              }
              if (!index.building) {
                  break;
              }
              await queryRunner.query(\`SELECT pg_sleep(0.5)\`);
          }
          await queryRunner.query(\`DROP INDEX CONCURRENTLY IF EXISTS "User_handle_key"\`);
          return false;
      }

      /** Whatever the transaction mode: outside of a transaction, and not while another process is at a unit. */
      async function outsideTransaction(queryRunner: QueryRunner, run: () => Promise<void>): Promise<void> {
          const isInside = queryRunner.isTransactionActive;
          if (isInside) {
              await queryRunner.commitTransaction();
          }
          for (;;) {
              // Short statements: CREATE INDEX CONCURRENTLY waits for every session that is inside of one.
              const [{ mine, idle }] = (await queryRunner.query(\`SELECT pg_try_advisory_lock(1819239275, 1) AS mine,
                  (SELECT min(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
                    WHERE locktype = 'advisory' AND classid = 1819239275 AND objid = 1 AND granted
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                      AND state = 'idle' AND state_change < now() - interval '1 minute') AS idle\`)) as [{ mine: boolean; idle: number | null }];
              if (mine) {
                  break;
              }
              if (idle) {
                  throw new Error(\`pid \${idle} keeps the lock of Lockstep's migrations and does nothing. End it: SELECT pg_terminate_backend(\${idle})\`);
              }
              await queryRunner.query(\`SELECT pg_sleep(0.5)\`);
          }
          try {
              await run();
          } finally {
              await queryRunner.query(\`SELECT pg_advisory_unlock(1819239275, 1)\`).catch(() => undefined);
          }
          if (isInside) {
              await queryRunner.startTransaction();
          }
      }
      "
    `);
  });

  it("runs the user's own statements as TypeORM wrote them, with their parameters", () => {
    const [own] = migrationsOf([original], { language: "js", module: "commonjs" });
    expect(own?.text).toMatchInlineSnapshot(`
      "/** @typedef {import("typeorm").QueryRunner} QueryRunner */

      module.exports = class AddHandleOriginal1763648123456 {
          name = "AddHandleOriginal1763648123456";

          async up(/** @type {QueryRunner} */ queryRunner) {
              await queryRunner.query(\`CREATE TABLE "note" ("text" text DEFAULT E'a\\\\\\\\b\\\`\\\${c}')\`);
              await queryRunner.query(\`INSERT INTO "note" VALUES ($1), (DEFAULT)\`, ["it's"]);
          }

          async down(/** @type {QueryRunner} */ queryRunner) {
              await queryRunner.query(\`DELETE FROM "note" WHERE "text" = $1\`, ["it's"]);
              await queryRunner.query(\`DROP TABLE "note"\`);
          }
      };
      "
    `);
  });

  it("has nothing to take back where the unit only looks", () => {
    const [, , assert] = migrationsOf(ownSpecs, { language: "ts", module: "esm" });
    expect(assert?.text).toContain("    public async down(): Promise<void> {\n        // Nothing to undo.\n    }\n}\n");
  });

  it.each(flavours)("exports the class alone, $language as $module", (flavour) => {
    for (const { text } of migrationsOf([original, ...ownSpecs], flavour))
      expect(text.match(/^(?:export|module\.exports)\b/gm)).toHaveLength(1);
  });

  it.each(flavours)("gives its SQL back, also after a formatter, $language as $module", (flavour) => {
    for (const [at, { text }] of migrationsOf(ownSpecs, flavour).entries()) {
      const sql = fileOf(ownSpecs[at]!);
      expect(readMigrationSql(text)).toBe(sql);
      const narrow = text
        .replace(/^ {4}(?=public|async)/gm, "  ")
        .replaceAll("query(`", "query(\n      `")
        .replaceAll("`);", "`,\n    );");
      expect(readMigrationSql(narrow)).toBe(sql);
    }
  });

  it("gives no SQL where it was rewritten", () => {
    expect(readMigrationSql("export class A1 { async up(q) { await q.query(sql) } }")).toBeUndefined();
    const built = "await q.query(`DROP TABLE $" + "{table}`)";
    expect(readMigrationSql(`export class A1 { async up(q) { ${built} } }`)).toBeUndefined();
  });
});

describe("a template literal", () => {
  const text = fc.string({ unit: fc.constantFrom("\\", "`", "$", "{", "}", "\r", "\n", "r", "'", "ä", "\u2028") });

  it("evaluates to the text, and is read back", () => {
    fc.assert(
      fc.property(text, (value) => {
        const literal = templateLiteral(value);
        expect(new Function(`return ${literal};`)()).toBe(value);
        expect(readTemplate(`f(${literal})`, 0)).toBe(value);
      }),
    );
  });
});
