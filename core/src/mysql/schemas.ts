import { readUrl } from "../base/url-text.js";
import type { Schemas } from "../dialect/schemas.js";

export const schemas: Schemas = {
  async like(connection, pattern) {
    const { rows } = await connection.query<{ name: string }>(
      `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE ?
        AND SCHEMA_NAME NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema', 'lockstep') ORDER BY 1`,
      [pattern],
    );
    return rows.map(({ name }) => name);
  },

  urlIn(url, schema) {
    const read = readUrl(url, "mysql");
    if (read === undefined) return url;
    read.pathname = `/${encodeURIComponent(schema)}`;
    return read.toString();
  },
};
