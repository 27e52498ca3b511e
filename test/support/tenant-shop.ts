import pg from "pg";
import { addField, createShop, type ShopProject, setUp } from "./shop-project.js";

/** One schema a tenant; the n-th has 100 n rows. */
export const tenants = Array.from({ length: 9 }, (_, at) => `tenant_${at + 1}`);
const rowsOf = (tenant: string) => 100 * Number(tenant.slice("tenant_".length));

/** A shop whose production has nine tenants, with a plan for "User"."handle" that is deployed to none of them. */
export interface TenantShop extends ShopProject {
  /** As Prisma does it with `?schema=`. */
  deployTo(tenant: string): Promise<void>;
  /** How many rows each tenant has. */
  rows(): Readonly<Record<string, number>>;
  /** How many of them have the right value. @param of Default: all */
  filled(of?: readonly string[]): Promise<Readonly<Record<string, number>>>;
}

export async function createTenantShop(): Promise<TenantShop> {
  const shop = await createShop();
  await setUp(shop, { development: 20, production: 0 });
  const db = new pg.Client({ connectionString: shop.production });
  await db.connect();
  const deployTo = (tenant: string) => shop.deploy(`${shop.production}?options=-csearch_path%3D${tenant}`);
  for (const tenant of tenants) {
    await db.query(`CREATE SCHEMA ${tenant}`);
    await deployTo(tenant);
    await db.query(
      `INSERT INTO ${tenant}."User" ("email", "name", "updatedAt")
       SELECT 'User.' || n || '@Example.com', 'User ' || n, now() FROM generate_series(1, $1::int) n`,
      [rowsOf(tenant)],
    );
    await db.query(`ANALYZE ${tenant}."User"`);
  }
  shop.edit("lockstep.config.ts", (text) =>
    text.replace(
      'production: { urlFrom: "PRODUCTION_DATABASE_URL"',
      'tenants: { urlFrom: "PRODUCTION_DATABASE_URL", eachSchema: "tenant_%"',
    ),
  );
  shop.edit("prisma/schema.prisma", (schema) =>
    addField(schema, "User", ["/// @lockstep.backfill(lower(email))", "handle String"]),
  );
  const dev = await shop.prisma(["migrate", "dev", "--name", "add_handle"]);
  if (dev.code !== 0) throw new Error(dev.output);
  return {
    ...shop,
    deployTo,
    rows: () => Object.fromEntries(tenants.map((tenant) => [tenant, rowsOf(tenant)])),
    async filled(of = tenants) {
      const counts = of.map(
        (tenant) => `(SELECT count(*)::int FROM ${tenant}."User" WHERE handle = lower(email)) AS ${tenant}`,
      );
      return (await db.query(`SELECT ${counts.join(", ")}`)).rows[0];
    },
    async dispose() {
      await db.end();
      await shop.dispose();
    },
  };
}
