import { expect, it } from "vitest";
import { connect } from "../../../core/src/databases/connect.js";
import { statsOf } from "../../../core/src/dialect/stats/stats-file.js";
import { statistics } from "../../../core/src/mysql/statistics.js";
import { createMariadbDatabase, isOnMysql } from "../../support/mariadb.js";

const secret = "s3cret-value";

it("statistics of MariaDB and MySQL are read as far as these tell, and no value", async () => {
  const database = await createMariadbDatabase("stats");
  try {
    const connection = await connect(database.url, { applicationName: "test" });
    await connection.query("CREATE TABLE shop (id int PRIMARY KEY AUTO_INCREMENT, name varchar(20))");
    await connection.query(`INSERT INTO shop (name) VALUES ('${secret}')`);
    await connection.query("ANALYZE TABLE shop");
    // Four by a statement that the driver has prepared, one as a text.
    for (let at = 0; at < 4; at++) await connection.query("SELECT name FROM shop WHERE id = ?", [String(at)]);
    await connection.query("SELECT name FROM shop WHERE id = 7");
    const stats = await statistics.pull(connection);
    await connection.close();
    expect(statsOf(stats, { name: "shop" })).toMatchObject({
      rows: 1,
      columns: { id: { type: isOnMysql ? "int" : "int(11)" } },
    });
    // MariaDB comes with performance_schema off.
    if (isOnMysql)
      expect(stats.statements).toContainEqual(
        expect.objectContaining({ text: "SELECT NAME FROM `shop` WHERE `id` = ?", calls: 5 }),
      );
    expect(JSON.stringify(stats)).not.toContain(secret);
  } finally {
    await database.drop();
  }
});
