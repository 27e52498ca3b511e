import { mariadb } from "./mariadb.js";
import { postgresql } from "./postgresql.js";
import type { System, SystemId } from "./system.js";

/** The database systems that the story is told on. */
export const systems: Readonly<Record<SystemId, System>> = { postgresql, mariadb };
