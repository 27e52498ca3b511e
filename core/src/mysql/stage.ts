import type { StageStatements } from "../dialects/stage.js";
import { quoteIdentifier } from "./quote.js";

export const stage: StageStatements = {
  // A copy of another database is nothing that the server can make.
  create: (name) => `CREATE DATABASE ${quoteIdentifier(name)}`,
  drop: (name) => `DROP DATABASE IF EXISTS ${quoteIdentifier(name)}`,
};
