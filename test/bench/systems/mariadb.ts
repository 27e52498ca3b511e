import mysql from "mysql2/promise";
import { startMariadb } from "../../support/mariadb.js";
import { planOf } from "../../support/plan-fixture.js";
import { type BenchSystem, columns } from "./system.js";

const template = "bench_template";

export const mariadb: BenchSystem = {
  id: "mariadb",
  label: "MariaDB",
  leastRatio: 20,
  // NOT NULL rebuilds the table. In the end, the server swaps the files under an exclusive lock: 70 to 130 ms for 2,000,000 rows.
  mostBeyondMs: 150,
  fillSql: "UPDATE `User` SET `handle` = lower(`email`)",
  // No transaction has all of it: without the lock a row that running code inserts meanwhile has no value, and MODIFY fails.
  byHand: `LOCK TABLES \`User\` WRITE;
    ALTER TABLE \`User\` ADD \`handle\` varchar(191) NULL;
    UPDATE \`User\` SET \`handle\` = lower(\`email\`);
    ALTER TABLE \`User\` MODIFY \`handle\` varchar(191) NOT NULL;
    CREATE UNIQUE INDEX \`User_handle_key\` ON \`User\` (\`handle\`);
    UNLOCK TABLES`,
  byBatches: {
    add: "ALTER TABLE `User` ADD COLUMN `handle` varchar(191) NULL",
    batch: (from, to) =>
      `UPDATE \`User\` SET \`handle\` = lower(\`email\`) WHERE \`id\` > ${from} AND \`id\` <= ${to} AND \`handle\` IS NULL`,
    lastId: "SELECT max(`id`) AS id FROM `User`",
    index: "CREATE UNIQUE INDEX `User_handle_key` ON `User` (`handle`)",
    enforce: "ALTER TABLE `User` MODIFY `handle` varchar(191) NOT NULL",
  },
  plan: () =>
    planOf({
      dialect: "mariadb",
      sql: "ALTER TABLE `User` ADD COLUMN `handle` VARCHAR(191) NOT NULL;\nCREATE UNIQUE INDEX `User_handle_key` ON `User`(`handle`);\n",
      shape: { columns, generatedColumns: [], key: [{ column: "id", type: "int" }] },
    }),

  async start(rows) {
    const server = await startMariadb({
      settings: { innodb_buffer_pool_size: "1G", innodb_log_file_size: "512M", max_connections: 100 },
      showsLocks: true,
    });
    await this.query(server.url(), `CREATE DATABASE ${template} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
    for (const sql of [
      `CREATE TABLE \`User\` (
         \`id\` int NOT NULL AUTO_INCREMENT, \`email\` varchar(191) NOT NULL, \`name\` varchar(191) NOT NULL,
         \`createdAt\` datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3), \`updatedAt\` datetime(3) NOT NULL,
         PRIMARY KEY (\`id\`), UNIQUE KEY \`User_email_key\` (\`email\`))`,
      `INSERT INTO \`User\` (email, name, updatedAt)
       SELECT CONCAT('First.Last.', seq, '@Example.com'), CONCAT('First Last ', seq), now(3) FROM seq_1_to_${rows}`,
    ])
      await this.query(server.url(template), sql);
    return {
      copy: async (name) => {
        await this.query(server.url(), `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
        const url = server.url(name);
        await this.query(url, `CREATE TABLE \`User\` LIKE ${template}.\`User\``);
        await this.query(url, `INSERT INTO \`User\` SELECT * FROM ${template}.\`User\``);
        await this.query(url, "ANALYZE TABLE `User`");
        await this.query(url, "SELECT count(*), min(email) FROM `User` WHERE name <> ''");
        return url;
      },
      drop: async (name) => {
        await this.query(server.url(), `DROP DATABASE ${name}`);
        await this.query(server.url(), "DROP DATABASE IF EXISTS lockstep");
      },
      settle: async () => {
        const length = async () => {
          const [row] = await this.query(server.url(), "SHOW GLOBAL STATUS LIKE 'Innodb_history_list_length'");
          return Number(row?.Value);
        };
        while ((await length()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
      },
      stop: () => server.stop(),
    };
  },

  async migrate(url, files, begin) {
    const session = await mysql.createConnection({ uri: url, multipleStatements: true });
    try {
      for (const [index, file] of files.entries()) {
        if (index > 0) begin?.(index);
        await session.query(file);
      }
    } finally {
      await session.end();
    }
  },

  async query(url, sql) {
    const session = await mysql.createConnection({ uri: url, multipleStatements: true });
    try {
      const [rows] = await session.query<mysql.RowDataPacket[]>(sql);
      return Array.isArray(rows) ? rows : [];
    } finally {
      await session.end();
    }
  },

  async read(url) {
    const session = await mysql.createConnection(url);
    await session.query("BEGIN");
    await session.query("SELECT 1 FROM `User` LIMIT 1");
    return async () => {
      await session.query("COMMIT");
      await session.end();
    };
  },

  async isChanged(url) {
    const [found] = await this.query(
      url,
      `SELECT (SELECT IS_NULLABLE FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME = 'handle') AS nullable,
              (SELECT NON_UNIQUE FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND INDEX_NAME = 'User_handle_key') AS other,
              (SELECT count(*) FROM \`User\` WHERE NOT (CAST(handle AS BINARY) <=> CAST(lower(email) AS BINARY))) AS missing`,
    );
    return found?.nullable === "NO" && Number(found.other) === 0 && Number(found.missing) === 0;
  },
};
