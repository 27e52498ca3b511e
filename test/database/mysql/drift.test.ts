import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import { inventory } from "../../../core/src/mysql/inventory/index.js";
import { compareInventories } from "../../../core/src/operate/drift/compare.js";
import type { Difference } from "../../../core/src/operate/drift/difference.js";
import { colorsFor } from "../../../core/src/review/colors.js";
import { driftText } from "../../../core/src/review/drift.js";
import { createMariadbDatabase, isOnMysql, type MariadbDatabase } from "../../support/mariadb.js";

// What the server takes one by one: a body has semicolons.
const schema = [
  `CREATE TABLE Team (id int AUTO_INCREMENT PRIMARY KEY, name varchar(191) NOT NULL)`,
  `CREATE TABLE User (id int AUTO_INCREMENT PRIMARY KEY, email varchar(191) NOT NULL, name varchar(100) DEFAULT 'x',
     state enum('draft', 'sent') NOT NULL DEFAULT 'draft', teamId int, meta json, bio text, notes text,
     slug varchar(200) AS (concat(lower(email), '-')) STORED, label varchar(9) DEFAULT (concat('a', 'b')), changed datetime(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),
     UNIQUE KEY User_email_key (email), KEY User_name_idx (name), FULLTEXT KEY User_bio_idx (bio), KEY User_notes_idx (notes(20)),
     CONSTRAINT short CHECK (char_length(name) < 100), CONSTRAINT kind CHECK (name <> 'it''s'),
     CONSTRAINT User_teamId_fkey FOREIGN KEY (teamId) REFERENCES Team (id) ON DELETE SET NULL)`,
  `CREATE TABLE Setting (id int)`,
  `CREATE VIEW active AS SELECT id, email FROM User WHERE state = 'sent'`,
  `CREATE FUNCTION half(a int) RETURNS int DETERMINISTIC RETURN a / 2`,
  `CREATE PROCEDURE half() BEGIN SELECT 1; SELECT 2; END`,
  `CREATE TRIGGER touched BEFORE UPDATE ON User FOR EACH ROW BEGIN SET NEW.name = trim(NEW.name); END`,
  `CREATE TABLE Event (id int, day date, kind varchar(20), PRIMARY KEY (id, day), KEY Event_kind_idx (kind)) PARTITION BY RANGE (year(day)) (PARTITION a VALUES LESS THAN (2026), PARTITION b VALUES LESS THAN MAXVALUE)`,
  ...(isOnMysql ? [] : [`CREATE SEQUENCE numbers INCREMENT 2`]),
  `CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM Event WHERE day < '2020-01-01'`,
  `INSERT INTO User (email, name) VALUES ('secret@example.com', 'a'), ('b', 'a')`,
];

/** How the servers print what they were told. */
const printed = isOnMysql
  ? {
      upper: "upper(`email`)",
      short: "CHECK ((char_length(`name`) < 100))",
      active: "select `User`.`id` AS `id`,`User`.`email` AS `email` from `User` where (`User`.`state` = 'sent')",
    }
  : {
      upper: "ucase(`email`)",
      short: "CHECK (char_length(`name`) < 100)",
      active: "select `User`.`id` AS `id`,`User`.`email` AS `email` from `User` where `User`.`state` = 'sent'",
    };

type Case = [
  name: string,
  sql: string | readonly string[],
  found: Partial<Difference> | readonly Partial<Difference>[],
  line?: string,
];

/** What only one of the two can do. */
const own: Case[] = isOnMysql
  ? [
      [
        "an expression that an index has",
        `CREATE INDEX User_lower_idx ON User ((lower(email)))`,
        { kind: "index", name: "User_lower_idx", here: { definition: "INDEX ((lower(`email`)))" } },
      ],
      [
        "a check that is not enforced",
        `ALTER TABLE User ALTER CHECK short NOT ENFORCED`,
        { kind: "constraint", name: "short", here: { definition: `${printed.short} NOT ENFORCED` } },
      ],
      [
        "a default that is an expression",
        `ALTER TABLE User ALTER name SET DEFAULT (concat('it''s', uuid()))`,
        { kind: "column", name: "name", here: { default: "concat('it\\'s',uuid())" } },
      ],
      [
        "the character set of the session that made a check, an expression and a default",
        [
          `SET NAMES latin1`,
          `ALTER TABLE User DROP CHECK kind, ADD CONSTRAINT kind CHECK (name <> 'it''s')`,
          `ALTER TABLE User MODIFY slug varchar(200) AS (concat(lower(email), '-')) STORED`,
          `ALTER TABLE User ALTER label SET DEFAULT (concat('a', 'b'))`,
          `SET NAMES utf8mb4`,
        ],
        [],
      ],
    ]
  : [
      [
        "a table whose history is kept",
        `ALTER TABLE Team ADD SYSTEM VERSIONING`,
        { kind: "table", here: { kind: "versioned" } },
      ],
      [
        "a sequence",
        `ALTER SEQUENCE numbers INCREMENT 5`,
        { kind: "sequence", name: "numbers", here: { increment: "5" }, there: { increment: "2" } },
      ],
      ["the next number of a sequence", `DO NEXTVAL(numbers)`, []],
    ];

/** What somebody did by hand, and the one difference that it makes. */
const cases: Case[] = [
  ...own,
  [
    "a column",
    `ALTER TABLE User ADD nick varchar(40) NOT NULL DEFAULT ''`,
    { kind: "column", table: "User", name: "nick" },
    `+ column "nick" only on the target: varchar(40) NOT NULL DEFAULT ''`,
  ],
  [
    "a column that is gone, with its index",
    `ALTER TABLE User DROP bio`,
    [
      { kind: "column", table: "User", name: "bio", there: expect.anything() },
      { kind: "index", table: "User", name: "User_bio_idx" },
    ],
  ],
  [
    "a type",
    `ALTER TABLE Team MODIFY name varchar(80) NOT NULL`,
    { kind: "column", table: "Team", here: { type: "varchar(80)" }, there: { type: "varchar(191)" } },
    `~ column "name": type: target varchar(80), migrations varchar(191)`,
  ],
  [
    "values of an enum",
    `ALTER TABLE User MODIFY state enum('draft', 'paid', 'sent') NOT NULL DEFAULT 'draft'`,
    { kind: "column", name: "state", here: { type: "enum('draft','paid','sent')" } },
  ],
  [
    "nullability",
    `ALTER TABLE User MODIFY email varchar(191)`,
    { kind: "column", table: "User", name: "email", here: { notNull: false }, there: { notNull: true } },
    `~ column "email": nullability: target NULL, migrations NOT NULL`,
  ],
  [
    "a default",
    `ALTER TABLE User ALTER name SET DEFAULT 'y'`,
    { kind: "column", name: "name", here: { default: "'y'" }, there: { default: "'x'" } },
    `~ column "name": default: target 'y', migrations 'x'`,
  ],
  [
    "what an update sets by itself",
    `ALTER TABLE User MODIFY changed datetime(3) NOT NULL DEFAULT current_timestamp(3)`,
    { kind: "column", name: "changed", here: { onUpdate: null }, there: { onUpdate: "current_timestamp(3)" } },
    `~ column "changed": value on update: target none, migrations current_timestamp(3)`,
  ],
  [
    "a column that is counted up",
    `ALTER TABLE Event MODIFY id int AUTO_INCREMENT`,
    { kind: "column", name: "id", here: { identity: "auto_increment" }, there: { identity: "" } },
  ],
  [
    "the expression of a column",
    `ALTER TABLE User MODIFY slug varchar(200) AS (upper(email)) STORED`,
    { kind: "column", name: "slug", here: { generated: `STORED (${printed.upper})` } },
  ],
  [
    "a column that is not shown",
    `ALTER TABLE User MODIFY bio text INVISIBLE`,
    { kind: "column", name: "bio", here: { isInvisible: true }, there: { isInvisible: false } },
  ],
  [
    "the collation of a column",
    `ALTER TABLE Team MODIFY name varchar(191) COLLATE utf8mb4_bin NOT NULL`,
    { kind: "column", name: "name", here: { collation: "utf8mb4_bin" }, there: { collation: null } },
  ],
  [
    "the collation of a table, with its columns",
    `ALTER TABLE Team CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
    { kind: "table", name: "Team", here: { collation: "utf8mb4_bin" }, there: { collation: "utf8mb4_unicode_ci" } },
  ],
  [
    "an engine",
    `ALTER TABLE Setting ENGINE = MyISAM`,
    { kind: "table", name: "Setting", here: { engine: "MyISAM" }, there: { engine: "InnoDB" } },
    `~ table "Setting": engine: target MyISAM, migrations InnoDB`,
  ],
  [
    "a row format that was asked for",
    `ALTER TABLE Team ROW_FORMAT = COMPRESSED`,
    { kind: "table", name: "Team", here: { rowFormat: "compressed" }, there: { rowFormat: null } },
  ],
  [
    "how a table is partitioned",
    `ALTER TABLE Event REMOVE PARTITIONING`,
    { kind: "table", here: { partitionKey: null } },
  ],
  [
    "an index that is gone",
    `DROP INDEX User_name_idx ON User`,
    { kind: "index", table: "User", name: "User_name_idx" },
  ],
  [
    "an index under another name",
    `ALTER TABLE User RENAME INDEX User_name_idx TO \`by name\``,
    { kind: "index", table: "User", here: { name: "by name" }, there: { name: "User_name_idx" } },
    `~ index "by name": name: target by name, migrations User_name_idx`,
  ],
  [
    "an index that is unique no more",
    [`DROP INDEX User_email_key ON User`, `CREATE INDEX User_email_key ON User (email)`],
    { kind: "index", here: { definition: "INDEX (`email`)" }, there: { definition: "UNIQUE INDEX (`email`)" } },
  ],
  [
    "how much of a text an index has",
    [`DROP INDEX User_notes_idx ON User`, `CREATE INDEX User_notes_idx ON User (notes(10))`],
    { kind: "index", here: { definition: "INDEX (`notes`(10))" }, there: { definition: "INDEX (`notes`(20))" } },
  ],
  [
    "the order of an index",
    `CREATE INDEX recent ON User (changed DESC, id)`,
    { kind: "index", here: { definition: "INDEX (`changed` DESC, `id`)" } },
    '+ index "recent" only on the target: INDEX (`changed` DESC, `id`)',
  ],
  [
    "an index that is not used",
    `ALTER TABLE User ALTER INDEX User_name_idx ${isOnMysql ? "INVISIBLE" : "IGNORED"}`,
    { kind: "index", name: "User_name_idx", here: { definition: "INDEX (`name`) INVISIBLE" } },
  ],
  [
    "a primary key",
    `ALTER TABLE Event DROP PRIMARY KEY, ADD PRIMARY KEY (day, id)`,
    { kind: "constraint", table: "Event", name: "PRIMARY", here: { definition: "PRIMARY KEY (`day`, `id`)" } },
  ],
  [
    "a foreign key that is gone, and leaves its index",
    `ALTER TABLE User DROP FOREIGN KEY User_teamId_fkey`,
    { kind: "constraint", table: "User", name: "User_teamId_fkey" },
  ],
  [
    "a foreign key, with its index",
    `ALTER TABLE Team ADD above int, ADD CONSTRAINT own FOREIGN KEY (above) REFERENCES Team (id)`,
    [
      { kind: "column", name: "above" },
      { kind: "constraint", table: "Team", name: "own" },
    ],
  ],
  [
    "what a foreign key does",
    [
      `ALTER TABLE User DROP FOREIGN KEY User_teamId_fkey`,
      `ALTER TABLE User ADD CONSTRAINT User_teamId_fkey FOREIGN KEY (teamId) REFERENCES Team (id) ON DELETE CASCADE`,
    ],
    {
      kind: "constraint",
      here: { definition: "FOREIGN KEY (`teamId`) REFERENCES `Team` (`id`) ON DELETE CASCADE" },
      there: { definition: "FOREIGN KEY (`teamId`) REFERENCES `Team` (`id`) ON DELETE SET NULL" },
    },
  ],
  [
    "what goes without saying",
    [
      `ALTER TABLE Team ADD parent int, ADD KEY k (parent), ADD CONSTRAINT up FOREIGN KEY (parent) REFERENCES Team (id) ON DELETE RESTRICT`,
      `ALTER TABLE Team DROP FOREIGN KEY up, DROP KEY k, DROP parent`,
    ],
    [],
  ],
  [
    "a check",
    `ALTER TABLE User DROP CONSTRAINT short`,
    { kind: "constraint", table: "User", name: "short" },
    `- constraint "short" only in the migrations: ${printed.short}`,
  ],
  ["a check of a column", `ALTER TABLE User ADD age int CHECK (age > 0)`, { kind: "column", name: "age" }],
  [
    "a trigger",
    `CREATE TRIGGER audit AFTER INSERT ON User FOR EACH ROW SET @a = 1`,
    { kind: "trigger", table: "User", name: "audit" },
    `+ trigger "audit" only on the target: AFTER INSERT`,
  ],
  [
    "the body of a trigger",
    [
      `DROP TRIGGER touched`,
      `CREATE TRIGGER touched BEFORE UPDATE ON User FOR EACH ROW BEGIN SET NEW.name = NULL; END`,
    ],
    { kind: "trigger", table: "User", name: "touched" },
    `~ trigger "touched": definition differs`,
  ],
  [
    "when a trigger fires",
    [
      `DROP TRIGGER touched`,
      `CREATE TRIGGER touched BEFORE INSERT ON User FOR EACH ROW BEGIN SET NEW.name = trim(NEW.name); END`,
    ],
    { kind: "trigger", here: { timing: "BEFORE INSERT" }, there: { timing: "BEFORE UPDATE" } },
  ],
  [
    "comments and white space of a body",
    [
      `DROP TRIGGER touched`,
      `CREATE TRIGGER touched BEFORE UPDATE ON User FOR EACH ROW BEGIN
         -- as before
         SET NEW.name = trim(NEW.name);
       END`,
    ],
    [],
  ],
  [
    "a view",
    `CREATE OR REPLACE VIEW active AS SELECT id, email FROM User`,
    { kind: "view", name: "active" },
    `migrations ${printed.active}`,
  ],
  [
    "whose rights a view has",
    `CREATE OR REPLACE SQL SECURITY INVOKER VIEW active AS SELECT id, email FROM User WHERE state = 'sent'`,
    { kind: "view", here: { kind: "SQL SECURITY INVOKER" } },
  ],
  [
    "the body of a function",
    [`DROP FUNCTION half`, `CREATE FUNCTION half(a int) RETURNS int DETERMINISTIC RETURN a / 3`],
    { kind: "function", name: "half" },
    `~ function "half": definition differs`,
  ],
  [
    "what a function takes",
    [`DROP FUNCTION half`, `CREATE FUNCTION half(a bigint) RETURNS int DETERMINISTIC RETURN a / 2`],
    { kind: "function", name: "half" },
  ],
  ["a procedure", `DROP PROCEDURE half`, { kind: "function", name: "half (procedure)" }],
  [
    "a table, with all that it has",
    [
      `CREATE TABLE Note (id int AUTO_INCREMENT PRIMARY KEY, t varchar(9) UNIQUE, teamId int REFERENCES Team (id))`,
      `CREATE TRIGGER n BEFORE INSERT ON Note FOR EACH ROW SET NEW.t = 'x'`,
    ],
    { kind: "table", name: "Note" },
  ],
  ["an event", `DROP EVENT nightly`, { kind: "event", name: "nightly" }, `- event "nightly" only in the migrations`],
  [
    "an event that is off",
    `ALTER EVENT nightly DISABLE`,
    { kind: "event", here: { enabled: "D" }, there: { enabled: "O" } },
    `~ event "nightly": enabled: target off, migrations on`,
  ],
  [
    "a partition, which jobs make",
    `ALTER TABLE Event REORGANIZE PARTITION b INTO (PARTITION c VALUES LESS THAN (2027), PARTITION b VALUES LESS THAN MAXVALUE)`,
    [],
  ],
  ["the order of columns", `ALTER TABLE User MODIFY name varchar(100) DEFAULT 'x' FIRST`, []],
  [
    "comments, and the number that comes next",
    [`ALTER TABLE Team COMMENT 'x'`, `ALTER TABLE Team AUTO_INCREMENT = 500`],
    [],
  ],
  ["rows", [`INSERT INTO User (email) VALUES ('c')`, `ANALYZE TABLE User`], []],
];

describe("what was done by hand is one difference, with its name", () => {
  let made: MariadbDatabase;
  beforeAll(async () => {
    made = await database(schema);
  });
  afterAll(() => made?.drop());

  it.each(cases)("%s", async (_name, sql, expected, line) => {
    const target = await database([...schema, ...[sql].flat()]);
    try {
      const [here, there] = [await readFrom(target.url), await readFrom(made.url)];
      const found = compareInventories(here, there);
      expect(found).toMatchObject([expected].flat());
      expect(found).toHaveLength([expected].flat().length);
      if (line !== undefined) expect(textOf(found)).toContain(line);
      const all = JSON.stringify([here, there]);
      expect(all).not.toContain("secret@example.com");
      // Both have names of their own, and nothing of them is told.
      expect(all).not.toContain(target.name);
      expect(all).not.toContain(made.name);
    } finally {
      await target.drop();
    }
  });

  it("an account that is not told of everything looks at nothing", async () => {
    const seesBodies = isOnMysql ? "GRANT SHOW_ROUTINE ON *.*" : "GRANT SELECT ON mysql.proc";
    const session = await made.open();
    const name = `drift_${made.name.slice(-10)}`;
    await session.query(`CREATE USER ${name} IDENTIFIED BY 'x'`);
    await session.query(`GRANT SELECT, EVENT ON \`${made.name}\`.* TO ${name}`);
    const own = new URL(made.url);
    Object.assign(own, { username: name, password: "x" });
    try {
      await expect(readFrom(own.href)).rejects.toMatchObject({
        code: "LS6704",
        hint: `GRANT TRIGGER, SHOW VIEW, EXECUTE ON \`${made.name}\`.* TO '${name}'@'%'`,
      });
      await session.query(`GRANT TRIGGER, SHOW VIEW, EXECUTE ON \`${made.name}\`.* TO ${name}`);
      await expect(readFrom(own.href)).rejects.toMatchObject({
        code: "LS6704",
        hint: expect.stringContaining(seesBodies),
      });
      await session.query(`${seesBodies} TO ${name}`);
      expect(compareInventories(await readFrom(own.href), await readFrom(made.url))).toEqual([]);
    } finally {
      await session.query(`DROP USER ${name}`);
    }
  });
});

async function database(statements: readonly string[]): Promise<MariadbDatabase> {
  const made = await createMariadbDatabase("drift");
  const session = await made.open();
  for (const sql of statements) await session.query(sql);
  return made;
}

async function readFrom(url: string) {
  const connection = await connect(url, { applicationName: "test" });
  return inventory.read(connection).finally(() => connection.close());
}

function textOf(found: readonly Difference[]): string {
  const differences = found.map((each) => ({
    ...each,
    label: each.table === undefined ? each.name : `${each.table}.${each.name}`,
    plans: [],
  }));
  const report = { target: "production", server: "MariaDB 10.11", ignored: 0, notApplied: [], failed: [], unknown: [] };
  return driftText({ ...report, differences }, colorsFor(false));
}
