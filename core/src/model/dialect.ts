/** Database systems by the names that data sources and schemas have for them. */
export const dialectIds = ["postgresql", "mysql", "mariadb"] as const;
export type DialectId = (typeof dialectIds)[number];
