import { describe, expect, it } from "vitest";
import { mariadbReader as reader } from "../../../core/src/mysql/sql-reader.js";
import { foldHandWritten } from "../../../core/src/plan/fold-hand-written.js";
import { withoutTransaction } from "../../../core/src/plan/own-transaction.js";

const fold = (sql: string) => foldHandWritten(reader.readMigration(sql, "by-hand.sql"), "by-hand.sql", reader);
const words = (sql: string) => sql.replace(/\s+/g, " ").trim();

describe("what people write by hand for MySQL, as one declaration and a value", () => {
  it.each<{ name: string; sql: string; is: string; fill?: string; line?: number }>([
    {
      name: "add, UPDATE, MODIFY … NOT NULL",
      sql: `ALTER TABLE users ADD COLUMN handle varchar(191);
        UPDATE users SET handle = LOWER(email);
        ALTER TABLE users MODIFY handle varchar(191) NOT NULL;`,
      is: "ALTER TABLE users ADD COLUMN `handle` varchar(191) NOT NULL;",
      fill: "LOWER(email)",
      line: 2,
    },
    {
      name: "as Prisma quotes, with CHANGE and an index",
      sql: "ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NULL, ALGORITHM=INSTANT; UPDATE `User` SET `handle` = LOWER(`email`) WHERE `handle` IS NULL; ALTER TABLE `User` CHANGE COLUMN `handle` `handle` VARCHAR(191) NOT NULL; CREATE UNIQUE INDEX `k` ON `User`(`handle`);",
      is: "ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NOT NULL, ALGORITHM=INSTANT; CREATE UNIQUE INDEX `k` ON `User`(`handle`);",
      fill: "LOWER(`email`)",
    },
    {
      name: "NOT NULL from the start: 0 or '' until the UPDATE",
      sql: "ALTER TABLE users ADD COLUMN size INT NOT NULL COMMENT 'in ''cm''' AFTER email; UPDATE users AS u SET u.`size` = LENGTH(u.email);",
      is: "ALTER TABLE users ADD COLUMN `size` INT NOT NULL COMMENT 'in ''cm''' AFTER `email`;",
      fill: "LENGTH(`users`.email)",
    },
    {
      name: "a default that is only there until rows are filled",
      sql: "ALTER TABLE users ADD handle varchar(64) CHARACTER SET latin1 NOT NULL DEFAULT ''; UPDATE users SET handle = email WHERE handle = ''; ALTER TABLE users ALTER handle DROP DEFAULT;",
      is: "ALTER TABLE users ADD COLUMN `handle` varchar(64) CHARACTER SET latin1 NOT NULL;",
      fill: "email",
    },
    {
      name: "a default for new rows, said by MODIFY",
      sql: "ALTER TABLE users ADD plan varchar(9); UPDATE users SET plan = 'old'; ALTER TABLE users MODIFY plan varchar(9) NOT NULL DEFAULT 'free';",
      is: "ALTER TABLE users ADD COLUMN `plan` varchar(9) NOT NULL DEFAULT 'free';",
      fill: "'old'",
    },
    {
      name: "the table's name before the column",
      sql: "ALTER TABLE users ADD a INT; UPDATE users u SET u.a = 1 WHERE u.`a` IS NULL;",
      is: "ALTER TABLE users ADD COLUMN `a` INT NULL;",
      fill: "1",
    },
    {
      name: "several UPDATEs of some rows each",
      sql: "ALTER TABLE users ADD tier ENUM('gold', 'new'); UPDATE users SET tier = 'gold' WHERE spent > 100; UPDATE users SET tier = 'new' WHERE tier IS NULL; ALTER TABLE users MODIFY tier ENUM('gold', 'new') NOT NULL;",
      is: "ALTER TABLE users ADD COLUMN `tier` ENUM('gold', 'new') NOT NULL;",
      fill: "coalesce(CASE WHEN spent > 100 THEN 'gold' ELSE NULL END, 'new')",
    },
    {
      name: "unique behind the type",
      sql: "ALTER TABLE users ADD handle varchar(64) UNIQUE; UPDATE users SET handle = email;",
      is: "ALTER TABLE users ADD COLUMN `handle` varchar(64) NULL, ADD UNIQUE INDEX `handle` (`handle`);",
      fill: "email",
    },
    {
      name: "another type by MODIFY: nobody knows what becomes of the values",
      sql: "ALTER TABLE users ADD size varchar(9); ALTER TABLE users MODIFY size INT NOT NULL;",
      is: "ALTER TABLE users ADD size varchar(9); ALTER TABLE users MODIFY size INT NOT NULL;",
    },
    {
      name: "references of the column: MySQL makes nothing of them",
      sql: "ALTER TABLE users ADD team INT REFERENCES teams (id); UPDATE users SET team = 1;",
      is: "ALTER TABLE users ADD team INT REFERENCES teams (id); UPDATE users SET team = 1;",
    },
  ])("$name", ({ sql, is, fill, line }) => {
    const folded = fold(sql);
    expect(words(folded.migration.sql)).toBe(is);
    const [filled] = folded.filled;
    expect(filled && folded.fill(filled.table, filled.column)?.sql).toBe(fill);
    if (line !== undefined) expect(filled?.line).toBe(line);
  });

  it.each([
    ["an order", "UPDATE users SET handle = email ORDER BY id LIMIT 5"],
    ["other tables", "UPDATE users JOIN teams ON teams.id = users.team SET users.handle = teams.name"],
    ["a column from before", "UPDATE users SET handle = email, email = LOWER(email)"],
    ["a comment that some servers run", "UPDATE users SET handle = /*!80000 LOWER */ (email)"],
  ])("LS2015: %s", (_, update) => {
    expect(() => fold(`ALTER TABLE users ADD handle varchar(191);\n${update};`)).toThrow(
      expect.objectContaining({ code: "LS2015", message: expect.stringContaining("by-hand.sql:2") }),
    );
  });

  it("BEGIN and COMMIT around all of it", () => {
    const sql = "START TRANSACTION;\nALTER TABLE users ADD a INT;\nCOMMIT;\n";
    const { isWrapped, migration } = withoutTransaction(reader.readMigration(sql, "f.sql"), "f.sql", reader);
    expect([isWrapped, words(migration.sql)]).toEqual([true, "ALTER TABLE users ADD a INT;"]);
  });
});
