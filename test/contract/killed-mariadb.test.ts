import { killedSuite } from "./killed-suite.js";
import { onMariadb } from "./orms.js";

for (const orm of onMariadb) killedSuite(orm, 2);
