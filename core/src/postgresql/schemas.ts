import { readUrl } from "../base/url-text.js";
import type { Schemas } from "../dialect/schemas.js";

export const schemas: Schemas = {
  async like(connection, pattern) {
    const { rows } = await connection.query<{ name: string }>(
      `SELECT nspname::text AS name FROM pg_namespace
        WHERE nspname LIKE $1 AND nspname !~ '^pg_' AND has_schema_privilege(oid, 'USAGE') ORDER BY nspname`,
      [pattern],
    );
    return rows.map(({ name }) => name);
  },

  // In Prisma's format, which Lockstep's connections also read.
  urlIn(url, schema) {
    const read = readUrl(url);
    if (read === undefined) return url;
    read.searchParams.set("schema", schema);
    return read.toString();
  },
};
