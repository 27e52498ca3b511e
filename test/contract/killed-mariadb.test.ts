import { isNightly } from "../support/nightly.js";
import { killedSuite } from "./killed-suite.js";
import { onMariadb } from "./orms.js";

// Files are written as for PostgreSQL, whose suites are killed more often at night.
for (const orm of onMariadb) killedSuite(orm, isNightly ? 2 : 1);
