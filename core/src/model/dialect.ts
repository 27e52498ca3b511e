/** Database systems by the names that data sources and schemas have for them. */
export const dialectIds = ["postgresql", "mysql", "mariadb"] as const;
export type DialectId = (typeof dialectIds)[number];

/** As people write them. */
export const dialectLabels: Readonly<Record<DialectId, string>> = {
  postgresql: "PostgreSQL",
  mysql: "MySQL",
  mariadb: "MariaDB",
};
