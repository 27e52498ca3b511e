import type { Dialect } from "../dialect.js";
import { batches } from "./batches/index.js";

const shared = { batches };

export const mysql: Dialect = { ...shared, id: "mysql", label: "MySQL" };

export const mariadb: Dialect = { ...shared, id: "mariadb", label: "MariaDB" };
