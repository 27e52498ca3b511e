import type { Units } from "../dialect/units.js";
import type { DialectId } from "../model/dialect.js";
import { unitsOn } from "../mysql/units.js";
import { units as postgresqlUnits } from "../postgresql/units.js";

const known: Readonly<Record<DialectId, Units>> = {
  postgresql: postgresqlUnits,
  mysql: unitsOn("mysql"),
  mariadb: unitsOn("mariadb"),
};

/** How the units of a plan for this system are described and rendered. */
export function unitsOf(dialect: DialectId): Units {
  return known[dialect];
}
