import type { StageDatabases } from "../dialects/stage.js";
import { quoteIdentifier } from "../sql/postgres/quote.js";
import { splitStatements } from "../sql/postgres/split-statements.js";

export const stage: StageDatabases = {
  async create(connection, name, like) {
    const template = like === undefined ? "" : ` TEMPLATE ${quoteIdentifier(like)}`;
    // As files, which is quicker than through the WAL; before 15 there is no other way.
    const strategy = template !== "" && connection.serverVersion >= 150_000 ? " STRATEGY FILE_COPY" : "";
    await connection.query(`CREATE DATABASE ${quoteIdentifier(name)}${template}${strategy}`);
  },
  async drop(connection, name) {
    await connection.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
  },

  /** In one transaction, or where a statement refuses that, each on its own. */
  async run(connection, text) {
    try {
      await connection.query(text);
    } catch (error) {
      if (connection.isLost) throw error;
      await connection.query("ROLLBACK");
      const pieces = splitStatements(text).map(({ start, end }) => text.slice(start, end));
      if (pieces.length < 2) throw error;
      // The first error is the one to report.
      for (const piece of pieces)
        if (piece.trim() !== "") await connection.query(piece).catch(() => Promise.reject(error));
    }
  },
  reset: "RESET ALL",
};
