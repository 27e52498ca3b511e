import type { Dialect } from "../dialect.js";
import { batches } from "./batches/index.js";
import { catalogue } from "./catalogue.js";
import { ledger } from "./ledger.js";

const shared = { catalogue, batches, ledger };

export const mysql: Dialect = { ...shared, id: "mysql", label: "MySQL" };

export const mariadb: Dialect = { ...shared, id: "mariadb", label: "MariaDB" };
