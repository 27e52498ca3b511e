/** Database systems by their names in data sources and schemas. */
export const dialectIds = ["postgresql", "mysql", "mariadb"] as const;
export type DialectId = (typeof dialectIds)[number];

/** The display names. */
export const dialectLabels: Readonly<Record<DialectId, string>> = {
  postgresql: "PostgreSQL",
  mysql: "MySQL",
  mariadb: "MariaDB",
};
