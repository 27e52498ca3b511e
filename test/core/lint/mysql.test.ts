import { describe, expect, test } from "vitest";
import { noticeWords } from "../../../core/src/review/verdict-words.js";
import { reportedRules } from "../../../core/src/rules/index.js";
import { type Checked, check, rulesFound } from "./support.js";

/** What came before, as Prisma 7 writes it. */
const before = `-- CreateTable
CREATE TABLE \`Team\` (
    \`id\` INTEGER NOT NULL AUTO_INCREMENT,
    PRIMARY KEY (\`id\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
-- CreateTable
CREATE TABLE \`User\` (
    \`id\` INTEGER NOT NULL AUTO_INCREMENT,
    \`email\` VARCHAR(191) NOT NULL,
    \`nick\` VARCHAR(50) NULL,
    \`age\` INTEGER NULL,
    \`role\` ENUM('USER', 'ADMIN') NOT NULL DEFAULT 'USER',
    \`teamId\` INTEGER NULL,
    \`seen\` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),

    UNIQUE INDEX \`User_email_key\`(\`email\`),
    PRIMARY KEY (\`id\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
-- CreateTable
CREATE TABLE \`Post\` (
    \`id\` INTEGER NOT NULL,
    \`text\` TEXT NOT NULL,
    FULLTEXT INDEX \`Post_text_idx\`(\`text\`),
    PRIMARY KEY (\`id\`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
`;

/** A migration, and the rules that tell of it: on MySQL or MariaDB, whichever it is, where no server is named. */
const cases: readonly (readonly [sql: string, rules: readonly string[], server?: "mariadb"])[] = [
  // What Prisma and TypeORM write most
  ["ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NULL;", []],
  ["ALTER TABLE `User` ADD COLUMN `region` VARCHAR(191) NOT NULL DEFAULT 'eu', ADD COLUMN `n` INTEGER NULL;", []],
  ["ALTER TABLE `User` ADD COLUMN `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3);", []],
  ["ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NOT NULL;", ["add-column-not-null"]],
  ["ALTER TABLE `User` ADD COLUMN `uuid` VARCHAR(36) NOT NULL DEFAULT (uuid());", ["add-column-volatile-default"]],
  ["ALTER TABLE `User` ADD COLUMN `n` DOUBLE NULL DEFAULT (rand());", ["add-column-volatile-default"]],
  ["ALTER TABLE `User` ADD COLUMN `n` DOUBLE NULL DEFAULT (rand());", ["add-column-volatile-default"], "mariadb"],
  ["ALTER TABLE `User` ADD COLUMN `n` INTEGER NULL DEFAULT (1 + 2);", ["add-column-volatile-default"]],
  ["ALTER TABLE `User` ADD COLUMN `n` INTEGER NULL DEFAULT (1 + 2);", [], "mariadb"],
  ["ALTER TABLE `User` ADD COLUMN `n` INTEGER NULL CHECK (`n` > 0);", ["add-column-constraint"]],
  ["ALTER TABLE `User` ADD COLUMN `n` INTEGER NULL CHECK (`n` > 0);", [], "mariadb"],
  ["ALTER TABLE `User` ADD COLUMN `n` INTEGER NULL REFERENCES `Team`(`id`);", ["add-column-constraint"]],
  ["ALTER TABLE `User` ADD COLUMN `n` INTEGER AS (`age` * 2) STORED;", ["add-column-generated"]],
  ["ALTER TABLE `User` ADD COLUMN `n` INTEGER AS (`age` * 2) VIRTUAL;", []],
  ["ALTER TABLE `Post` ADD COLUMN `n` INTEGER NULL;", ["rewrite-table"]],
  ["ALTER TABLE `User` DROP COLUMN `age`;", ["drop-column"]],
  ["ALTER TABLE `User` RENAME COLUMN `age` TO `years`;", ["rename-column"]],
  [
    "ALTER TABLE `User` ADD CONSTRAINT `f` FOREIGN KEY (`teamId`) REFERENCES `Team`(`id`); ALTER TABLE `Team` MODIFY `id` BIGINT NOT NULL;",
    ["add-foreign-key", "change-column-type", "certain-failure", "drop-default"],
  ],
  ["SELECT `id`, rank() OVER (ORDER BY `age`) FROM `User`;", []],
  ["CREATE INDEX `i` ON `User`(`age`);", []],
  ["CREATE UNIQUE INDEX `i` ON `User`(`age`);", ["add-index"]],
  ["ALTER TABLE `User` ADD COLUMN `h` INTEGER NULL; CREATE UNIQUE INDEX `i` ON `User`(`h`);", []],
  ["CREATE FULLTEXT INDEX `i` ON `User`(`nick`);", ["add-index"]],
  ["DROP INDEX `User_email_key` ON `User`;", []],
  ["ALTER TABLE `User` RENAME INDEX `User_email_key` TO `e`;", []],
  [
    "ALTER TABLE `User` ADD CONSTRAINT `fk` FOREIGN KEY (`teamId`) REFERENCES `Team`(`id`) ON DELETE SET NULL ON UPDATE CASCADE;",
    ["add-foreign-key"],
  ],
  [
    "SET foreign_key_checks = 0; ALTER TABLE `User` ADD CONSTRAINT `fk` FOREIGN KEY (`teamId`) REFERENCES `Team`(`id`);",
    [],
  ],
  ["ALTER TABLE `User` ADD CONSTRAINT `c` CHECK (`age` > 0);", ["add-check"]],
  ["ALTER TABLE `User` DROP PRIMARY KEY, ADD PRIMARY KEY (`id`, `email`);", ["add-primary-key", "drop-constraint"]],
  [
    "CREATE TABLE `A` (`id` INTEGER NOT NULL, PRIMARY KEY (`id`)); ALTER TABLE `A` ADD COLUMN `b` INTEGER NOT NULL;",
    [],
  ],
  ["DROP TABLE `User`;", ["drop-table"]],
  ["UPDATE `User` SET `nick` = 'x';", ["change-rows"]],
  ["ALTER TABLE `User` CONVERT TO CHARACTER SET latin1;", ["rewrite-table"]],
  ["ALTER TABLE `User` ENGINE=InnoDB;", []],
  // MODIFY: what differs from what the history says
  ["ALTER TABLE `User` MODIFY `email` VARCHAR(200) NOT NULL;", []],
  ["ALTER TABLE `User` MODIFY `nick` VARCHAR(60) NULL;", []],
  ["ALTER TABLE `User` MODIFY `nick` VARCHAR(191) NULL;", ["change-column-type"]],
  ["ALTER TABLE `User` MODIFY `nick` VARCHAR(50) NULL DEFAULT 'x';", []],
  ["ALTER TABLE `User` MODIFY `nick` VARCHAR(50) NOT NULL;", ["set-not-null"]],
  ["ALTER TABLE `User` MODIFY `email` VARCHAR(191) NULL;", []],
  ["ALTER TABLE `User` MODIFY `age` BIGINT NULL;", ["change-column-type"]],
  ["ALTER TABLE `User` MODIFY `role` ENUM('USER', 'ADMIN', 'GUEST') NOT NULL DEFAULT 'USER';", []],
  ["ALTER TABLE `User` MODIFY `role` ENUM('USER', 'GUEST') NOT NULL DEFAULT 'USER';", ["change-column-type"]],
  ["ALTER TABLE `User` CHANGE `nick` `nickname` VARCHAR(50) NULL;", ["rename-column"]],
  ["ALTER TABLE `Old` MODIFY `a` INTEGER NOT NULL;", ["set-not-null", "change-column-type"]],
  ["ALTER TABLE `User` ADD COLUMN `a` INTEGER NULL; ALTER TABLE `User` MODIFY `a` INTEGER NULL DEFAULT 5;", []],
  [
    "ALTER TABLE `User` ALTER COLUMN `age` SET DEFAULT 5; ALTER TABLE `User` MODIFY `age` BIGINT;",
    ["change-column-type"],
  ],
  // What the statement demands
  ["ALTER TABLE `Old` MODIFY `a` INTEGER NOT NULL, ALGORITHM=INSTANT;", []],
  ["ALTER TABLE `Old` MODIFY `a` INTEGER NOT NULL, ALGORITHM=INPLACE, LOCK=NONE;", ["set-not-null"]],
  ["ALTER TABLE `User` MODIFY `age` BIGINT NULL, ALGORITHM=INSTANT;", ["syntax-error"]],
  ["ALTER TABLE `User` ADD COLUMN `a` INTEGER NULL, ALGORITHM=INSTANT;", []],
  ["ALTER TABLE `User` ADD COLUMN `a` INTEGER NULL, ALGORITHM=INSTANT, LOCK=NONE;", []],
  ["ALTER TABLE `User` ADD COLUMN `a` INTEGER NULL DEFAULT (1 + 2), ALGORITHM=INSTANT;", []],
  ["CREATE INDEX `i` ON `User`(`age`) ALGORITHM=INPLACE LOCK=NONE;", []],
  ["CREATE INDEX `i` ON `User`(`age`) LOCK=SHARED;", ["add-index"]],
  // What PostgreSQL alone does
  ["BEGIN; ALTER TABLE `User` ADD COLUMN `a` INTEGER NULL; UPDATE `Team` SET `id` = 1; COMMIT;", ["change-rows"]],
  ["SELECT count(*), now() FROM `User`;", []],
  ["CALL migrate_everything();", ["not-understood"]],
  ["SELECT 'a", ["not-understood"]],
];

test.each(cases.map(([sql, rules, server]) => ({ sql, rules, server: server ?? ("mysql" as const) })))(
  "$server: $sql",
  async ({ sql, rules, server }) => {
    expect((await rulesFound({ migrations: [before, sql], dialect: server })).sort()).toEqual([...rules].sort());
  },
);

/** For every rule, told or not, what its docs page says of MySQL and MariaDB. */
const documented = reportedRules.flatMap(({ id, mysql }) => (mysql === undefined ? [] : [[id, mysql] as const]));
describe.each(documented)("%s", (id, { unsafe, safe }) => {
  test.each(unsafe)("is told of %s", async (sql) => {
    const server = id === "newer-than-server" ? { server: "mysql:8.0" } : {};
    expect(await rulesFound({ migrations: [sql], dialect: "mysql", ...server })).toContain(id);
  });
  test.each(safe)("nothing is told of %s", async (sql) => {
    expect(await rulesFound({ migrations: [sql], dialect: "mysql" })).toEqual([]);
  });
});

describe("words", () => {
  test.each([
    [
      "ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NOT NULL;",
      `existing rows silently get ''; running code that omits "handle" can no longer insert rows`,
    ],
    ["ALTER TABLE `User` ADD COLUMN `role2` ENUM('A', 'B') NOT NULL;", `existing rows silently get 'A'`],
    ["ALTER TABLE `User` MODIFY `age` BIGINT NULL;", `every row of "User" is rewritten while writes wait`],
    [
      "ALTER TABLE `Post` ADD COLUMN `n` INTEGER NULL;",
      `the table has a FULLTEXT index: every row of "Post" is rewritten while writes wait`,
    ],
    [
      "CREATE TABLE `A` (`id` INTEGER NOT NULL); ALTER TABLE `User` ADD CONSTRAINT `c` CHECK (`age` > 0);",
      `every row of "User" is rewritten while writes wait; fails if one violates the check, and so does running code that writes such a row; earlier statements of the file are then already applied, and remain`,
    ],
    [
      "ALTER TABLE `User` ADD CONSTRAINT `fk` FOREIGN KEY (`teamId`) REFERENCES `Team`(`id`);",
      `every row of "User" is rewritten while writes of "User" and "Team" wait; fails if one has no referenced row, and so does running code that writes such a row`,
    ],
    [
      "ALTER TABLE `User` ADD COLUMN `n` DOUBLE NULL DEFAULT (rand());",
      `the default differs from row to row: every row of "User" is rewritten while writes wait, on MySQL or on MariaDB; MariaDB evaluates the default once: all existing rows get the same value`,
    ],
    [
      "ALTER TABLE `User` MODIFY `age` BIGINT NULL, ALGORITHM=INSTANT;",
      "fails at once and changes nothing: the server does not support it with ALGORITHM=INSTANT",
    ],
  ])("%s", async (sql, words) => {
    expect(await wordsOf({ migrations: [before, sql], dialect: "mysql" })).toBe(words);
  });
});

/** What a MariaDB says that copies while writes go on: it does since 11.2. */
const following =
  "ALTER TABLE `User` ADD CONSTRAINT `fk` FOREIGN KEY (`teamId`) REFERENCES `Team`(`id`) ON UPDATE CASCADE;";
const copy = `every row of "User" is rewritten while`;
const converted = "ALTER TABLE `User` MODIFY `age` BIGINT NULL;";
const refused = "fails at once and changes nothing: the server does not support it with ALGORITHM=COPY, LOCK=NONE";
test.each([
  [converted, `${copy} writes wait`, ""],
  [`${converted.slice(0, -1)}, LOCK=SHARED;`, `${copy} writes wait`, `${copy} writes wait`],
  [`${converted.slice(0, -1)}, ALGORITHM=COPY, LOCK=NONE;`, refused, ""],
  [following, `${copy} writes of "User" and "Team" wait`, `${copy} writes of "Team" wait`],
  // The key changes rows by itself, and an UPDATE of the referenced table waits along.
  [`${following} ${converted}`, `${copy} writes of "User" and "Team" wait`, `${copy} writes of "User" and "Team" wait`],
  ["ALTER TABLE `User` ADD COLUMN `n` INTEGER AS (`age` * 2) STORED;", `${copy} writes wait`, ""],
  [
    "ALTER TABLE `Old` ADD COLUMN `n` INTEGER AS (`age` * 2) STORED;",
    ...both(`every row of "Old" is rewritten while writes wait`),
  ],
  ["ALTER TABLE `User` MODIFY `age` INTEGER NOT NULL AUTO_INCREMENT UNIQUE;", ...both(`${copy} writes wait`)],
  [
    "ALTER TABLE `Post` ADD COLUMN `n` INTEGER NULL;",
    ...both(`the table has a FULLTEXT index: every row of "Post" is rewritten while writes wait`),
  ],
] as const)("%s before MariaDB 11.2, and from there on", async (sql, old, since) => {
  for (const [server, expected] of [
    [101_100, old],
    [110_200, since],
  ] as const) {
    const said = await wordsOf({ migrations: [before, sql], dialect: "mariadb", server });
    const waits = said.split("; ").filter((words) => / wait$|at once/.test(words));
    expect(waits.at(-1) ?? "").toBe(expected);
  }
});

test("who demands a copy while writes go on has a server that makes it", async () => {
  const sql = `${converted.slice(0, -1)}, ALGORITHM=COPY, LOCK=NONE;`;
  expect(await wordsOf({ migrations: [before, sql], dialect: "mariadb" })).toBe("");
});

/** What is said of a server that is named, or of a system whose version nobody names. */
test.each<readonly [server: string, sql: string, words: string]>([
  [
    "mysql:8.0.12",
    "CREATE TABLE `A` (`a` INT, INDEX `i`((`a` + 1)));",
    "an index over an expression needs MySQL 8.0.13 or later",
  ],
  ["mysql:8.0", "CREATE VIEW `v` AS SELECT 1 AS a EXCEPT SELECT 2;", "INTERSECT or EXCEPT needs MySQL 8.0.31 or later"],
  ["mysql:8.0.31", "CREATE VIEW `v` AS SELECT 1 AS a EXCEPT SELECT 2;", ""],
  ["mysql:8.4", "ALTER TABLE `User` RENAME INDEX `User_email_key` TO `e`;", ""],
  [
    "mariadb:10.5.1",
    "ALTER TABLE `User` RENAME INDEX `User_email_key` TO `e`;",
    "RENAME INDEX needs MariaDB 10.5.2 or later",
  ],
  ["mariadb:10.5.2", "ALTER TABLE `User` RENAME INDEX `User_email_key` TO `e`;", ""],
  ["mariadb:11.6", "CREATE TABLE `A` (`id` CHAR(36) DEFAULT (uuid_v7()));", "uuid_v7() needs MariaDB 11.7 or later"],
  // What the other system alone has
  ["mysql:9.7", "CREATE TABLE `A` (`id` UUID);", "MySQL does not support the type UUID"],
  [
    "mysql:9.7",
    "CREATE TABLE `A` (`a` TEXT NOT NULL DEFAULT 'x');",
    "MySQL does not support a constant as DEFAULT of a TEXT, BLOB or JSON column",
  ],
  ["mariadb:11.8", "CREATE VIEW `v` AS SELECT `email`->>'$.a' FROM `User`;", "-> or ->> needs MariaDB 13.1 or later"],
  // Nothing is left to do, and MySQL refuses the words.
  [
    "mysql:8.4",
    "ALTER TABLE `User` ADD COLUMN IF NOT EXISTS `age` INTEGER NULL;",
    "MySQL does not support IF EXISTS or IF NOT EXISTS of a column, key or index",
  ],
  // Whichever system it is: MariaDB's words are for MariaDB.
  ["", "ALTER TABLE `User` ADD COLUMN IF NOT EXISTS `n` INTEGER NULL;", ""],
  ["", "ALTER TABLE `User` RENAME INDEX `User_email_key` TO `e`;", ""],
  // What older servers do not run
  ["mysql:8.0.22", "CREATE TABLE `A` (`a` INT, `b` INT /*!80023 INVISIBLE */);", ""],
  ["mysql:8.0.22", "CREATE TABLE `A` (`a` INT, `b` INT INVISIBLE);", "an INVISIBLE column needs MySQL 8.0.23 or later"],
  [
    "mysql:9.7",
    "SELECT nextval('s');",
    "calls nextval(), which Lockstep cannot analyse; MySQL does not support nextval()",
  ],
  [
    "mysql:9.7",
    "CREATE FUNCTION nextval(s TEXT) RETURNS INT DETERMINISTIC RETURN 1; CREATE VIEW `v` AS SELECT nextval('s');",
    "",
  ],
  // What older servers accept and ignore
  ["mysql:8.0.15", "ALTER TABLE `User` ADD CONSTRAINT `c` CHECK (`age` > 0);", "MySQL before 8.0.16 ignores CHECK"],
  ["mysql:8.0.15", "CREATE TABLE `A` (`a` INT, CHECK (`a` > 0));", "MySQL before 8.0.16 ignores CHECK"],
  ["mysql:8.0.16", "CREATE TABLE `A` (`a` INT, CHECK (`a` > 0));", ""],
  [
    "mysql:8.4",
    "ALTER TABLE `User` ADD COLUMN `n` INTEGER NULL REFERENCES `Team`(`id`);",
    "MySQL before 9.0 ignores REFERENCES after a column",
  ],
  [
    "mysql:9.0",
    "ALTER TABLE `User` ADD COLUMN `n` INTEGER NULL REFERENCES `Team`(`id`);",
    `all rows of "User" are checked while writes of "User" and "Team" wait`,
  ],
  [
    "mariadb:10.6",
    "CREATE INDEX `i` ON `User`(`age`, `nick` DESC);",
    "MariaDB before 10.8 ignores DESC next to an ascending column of an index",
  ],
  ["mariadb:10.6", "CREATE INDEX `i` ON `User`(`age` DESC);", ""],
  // In an instant
  ["mysql:8.0.28", "ALTER TABLE `User` DROP COLUMN `age`, ALGORITHM=INSTANT;", atOnce("INSTANT")],
  ["mysql:8.0.28", "ALTER TABLE `User` ADD COLUMN `n` INTEGER NULL FIRST, ALGORITHM=INSTANT;", atOnce("INSTANT")],
  ["mysql:8.0.29", "ALTER TABLE `User` ADD COLUMN `n` INTEGER NULL FIRST, ALGORITHM=INSTANT;", ""],
  ["mysql:8.0.28", "ALTER TABLE `User` ADD COLUMN `n` INTEGER NULL AFTER `seen`, ALGORITHM=INSTANT;", ""],
  ["mysql:8.0.28", "ALTER TABLE `User` ADD COLUMN `n` INTEGER NULL, ALGORITHM=INSTANT;", ""],
  ["mysql:8.0.27", "ALTER TABLE `User` RENAME COLUMN `age` TO `years`, ALGORITHM=INSTANT;", atOnce("INSTANT")],
])("on %s: %s", async (server, sql, words) => {
  const named = server === "" ? {} : { server };
  expect(await wordsOf({ migrations: [before, sql], dialect: "mysql", ...named })).toBe(words);
});

test("what a system has in no version is told without a version", async () => {
  const sql = "CREATE INDEX `i` ON `User`((`age` + 1)); ALTER TABLE `User` RENAME INDEX `i` TO `j`;";
  const words = await wordsOf({ migrations: [before, sql], dialect: "mariadb" });
  expect(words).toContain("MariaDB does not support an index over an expression");
  expect(words).not.toContain("RENAME INDEX");
});

function atOnce(algorithm: string): string {
  return `fails at once and changes nothing: the server does not support it with ALGORITHM=${algorithm}`;
}

function both(words: string): readonly [string, string] {
  return [words, words];
}

async function wordsOf(checked: Checked): Promise<string> {
  const { findings } = await check(checked);
  return findings.map(({ verdict, sql: of }) => noticeWords({ line: 1, sql: of, verdict: verdict! })).join("; ");
}
