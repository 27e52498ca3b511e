import "reflect-metadata";
import { join } from "node:path";
import { DataSource, type DataSourceOptions } from "typeorm";
import { Order } from "./orders/order.entity";
import { Preferences } from "./users/preferences.entity";
import { User } from "./users/user.entity";

/** What the app and TypeORM's CLI connect with. */
export const dataSourceOptions: DataSourceOptions = {
  type: "postgres",
  url: process.env.DATABASE_URL,
  poolSize: Number(process.env.DATABASE_POOL_MAX ?? 10),
  entities: [User, Preferences, Order],
  // TypeScript below src for the CLI, JavaScript below dist for a build.
  migrations: [join(__dirname, "migrations/*.{ts,js}")],
};

export default new DataSource(dataSourceOptions);
