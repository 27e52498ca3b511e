import type { StageStatements } from "../dialects/stage.js";
import { quoteIdentifier } from "../sql/postgres/quote.js";

export const stage: StageStatements = {
  create(name, like, serverVersion) {
    const template = like === undefined ? "" : ` TEMPLATE ${quoteIdentifier(like)}`;
    // As files, which is quicker than through the WAL; before 15 there is no other way.
    return `CREATE DATABASE ${quoteIdentifier(name)}${template}${template && serverVersion >= 150_000 ? " STRATEGY FILE_COPY" : ""}`;
  },
  drop: (name) => `DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`,
};
