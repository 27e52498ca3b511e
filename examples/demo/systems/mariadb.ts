import mysql from "mysql2/promise";
import { startMariadb } from "../../../test/support/mariadb.js";
import { firstNames, lastNames, reportMs, type System } from "./system.js";

export const mariadb: System = {
  id: "mariadb",
  label: "MariaDB",
  start: () => startMariadb({ settings: { innodb_buffer_pool_size: "256M", max_connections: 200 } }),

  async create(server, database) {
    await query(server.url(), `CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
  },

  async seedUsers(url, table, users) {
    const oneOf = (names: readonly string[]) => `ELT(1 + seq % ${names.length}, ${names.map((name) => `'${name}'`)})`;
    const first = oneOf(firstNames);
    await query(
      url,
      `INSERT INTO ${table} (email, name, createdAt, updatedAt)
     SELECT CONCAT(IF(seq % 4 = 0, ${first}, LOWER(${first})), '.', seq, '@example.com'),
            CONCAT(${first}, ' ', ${oneOf(lastNames)}), NOW(6) - INTERVAL seq % 700 DAY, NOW(6)
     FROM seq_1_to_${users}`,
    );
    await query(url, `ANALYZE TABLE ${table}`);
  },

  async copy(server, from, to) {
    await this.create(server, to);
    const tables = await query<{ name: string }>(
      server.url(),
      `SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = '${from}'`,
    );
    const statements = ["SET foreign_key_checks = 0"];
    for (const { name } of tables) {
      const [made] = await query<{ "Create Table": string }>(server.url(from), `SHOW CREATE TABLE \`${name}\``);
      statements.push(made?.["Create Table"] ?? "", `INSERT INTO \`${name}\` SELECT * FROM ${from}.\`${name}\``);
    }
    await query(server.url(to), statements.join(";\n"));
  },

  async version(server) {
    const [row] = await query<{ version: string }>(server.url(), "SELECT VERSION() AS version");
    return `MariaDB ${row?.version.split("-")[0]}`;
  },

  async startReport(url, table) {
    const session = await mysql.createConnection(url);
    session.on("error", () => undefined);
    await session.query("START TRANSACTION");
    await session.query(`SELECT count(*) FROM ${table}`);
    void session
      .query(`SELECT SLEEP(${reportMs / 1000})`)
      .then(() => session.query("COMMIT"))
      .then(
        () => session.end(),
        () => undefined,
      );
  },

  async stateOf(url, table) {
    const [rows] = await query<{ users: number; empty: number; wrong: number }>(
      url,
      `SELECT COUNT(*) AS users, COALESCE(SUM(handle IS NULL), 0) AS empty,
            COALESCE(SUM(BINARY handle <> BINARY LOWER(email)), 0) AS wrong FROM ${table}`,
    );
    const objects = await query<{ name: string }>(
      url,
      `SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
     UNION ALL SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = DATABASE()`,
    );
    const [column] = await query<{ nullable: string }>(
      url,
      `SELECT IS_NULLABLE AS nullable FROM information_schema.COLUMNS
      WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'users' AND COLUMN_NAME = 'handle'`,
    );
    return {
      users: Number(rows?.users),
      empty: Number(rows?.empty),
      wrong: Number(rows?.wrong),
      isRequired: column?.nullable === "NO",
      objects: objects.map(({ name }) => name),
    };
  },

  fillsUniqueAtOnce: false,
  quote: (name) => `\`${name}\``,
  isTransactional: false,

  // No transaction holds DDL. Without a lock whoever signs up between two statements makes the third of them fail, half-way.
  naive: (table, unique) => [
    `LOCK TABLES ${table} WRITE`,
    `ALTER TABLE ${table} ADD COLUMN \`handle\` varchar(255)`,
    `UPDATE ${table} SET \`handle\` = LOWER(\`email\`), \`updatedAt\` = \`updatedAt\``,
    `ALTER TABLE ${table} MODIFY \`handle\` varchar(255) NOT NULL`,
    unique,
    "UNLOCK TABLES",
  ],

  typeorm: {
    unique: (table) => `ALTER TABLE ${table} ADD UNIQUE INDEX \`IDX_users_handle\` (\`handle\`)`,
    edits: [
      { file: "package.json", change: (text) => text.replace(/"pg": "[^"]*"/, '"mysql2": "3.24.5"') },
      { file: "src/data-source.ts", change: (text) => text.replace('type: "postgres"', 'type: "mariadb"') },
      ...["src/users/user.entity.ts", "src/users/preferences.entity.ts", "src/orders/order.entity.ts"].map((file) => ({
        file,
        change: (text: string) => text.replaceAll('{ type: "timestamptz" }', '{ type: "datetime" }'),
      })),
      { file: "src/users/users.service.ts", change: (text) => text.replaceAll("ILIKE", "LIKE") },
      {
        file: "src/common/error.filter.ts",
        change: (text) => text.replace('code === "23505"', 'code === "ER_DUP_ENTRY"'),
      },
      { file: "src/migrations/1772355600000-Init.ts", change: () => init },
    ],
  },
};

/** As TypeORM generates it for MariaDB. */
const init = `import { MigrationInterface, QueryRunner } from "typeorm";

export class Init1772355600000 implements MigrationInterface {
    name = 'Init1772355600000'

    public async up(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query(\`CREATE TABLE users (id int NOT NULL AUTO_INCREMENT, email varchar(255) NOT NULL, name varchar(120) NOT NULL, createdAt datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), updatedAt datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), UNIQUE INDEX IDX_97672ac88f789774dd47f7c8be (email), PRIMARY KEY (id)) ENGINE=InnoDB\`);
        await queryRunner.query(\`CREATE TABLE orders (id int NOT NULL AUTO_INCREMENT, userId int NOT NULL, status enum ('PENDING', 'PAID', 'CANCELLED') NOT NULL DEFAULT 'PENDING', totalCents int NOT NULL, note text NULL, createdAt datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), INDEX IDX_151b79a83ba240b0cb31b2302d (userId), PRIMARY KEY (id)) ENGINE=InnoDB\`);
        await queryRunner.query(\`CREATE TABLE preferences (userId int NOT NULL, newsletter tinyint NOT NULL DEFAULT 1, language varchar(5) NOT NULL DEFAULT 'en', updatedAt datetime(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), PRIMARY KEY (userId)) ENGINE=InnoDB\`);
        await queryRunner.query(\`ALTER TABLE orders ADD CONSTRAINT FK_151b79a83ba240b0cb31b2302d1 FOREIGN KEY (userId) REFERENCES users(id) ON DELETE NO ACTION ON UPDATE NO ACTION\`);
        await queryRunner.query(\`ALTER TABLE preferences ADD CONSTRAINT FK_eb2de5fbaa61832e982f53d9716 FOREIGN KEY (userId) REFERENCES users(id) ON DELETE CASCADE ON UPDATE NO ACTION\`);
    }

    public async down(queryRunner: QueryRunner): Promise<void> {
        await queryRunner.query("DROP TABLE preferences");
        await queryRunner.query("DROP TABLE orders");
        await queryRunner.query("DROP TABLE users");
    }

}
`;

async function query<Row>(url: string, sql: string): Promise<readonly Row[]> {
  const session = await mysql.createConnection({ uri: url, multipleStatements: true });
  try {
    const [rows] = await session.query(sql);
    return rows as unknown as readonly Row[];
  } finally {
    await session.end();
  }
}
