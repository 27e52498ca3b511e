import type { Dialect } from "../dialects/dialect.js";
import { batches } from "./batches/index.js";
import { capabilities } from "./capabilities.js";
import { catalogue } from "./catalogue.js";
import { development } from "./development.js";
import { mariadbJudging, mysqlJudging } from "./judging.js";
import { ledger } from "./ledger.js";
import { trials } from "./trials/index.js";

const shared = { capabilities, catalogue, trials, development, batches, ledger };

export const mysql: Dialect = { ...shared, id: "mysql", label: "MySQL", judging: mysqlJudging };

export const mariadb: Dialect = { ...shared, id: "mariadb", label: "MariaDB", judging: mariadbJudging };
