import { randomUUID } from "node:crypto";
import { after } from "node:test";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../src/app";
import { createPrisma } from "../src/db";
import type { Product, User } from "../src/generated/prisma/client";

export interface Shop {
  readonly app: FastifyInstance;
  /** Part of every unique value of this test file, so that it meets no other rows. */
  readonly mark: string;
  email(who: string): string;
  sku(what: string): string;
  addUser(who: string): Promise<User>;
  addProduct(what: string, values: { priceCents: number; stock: number }): Promise<Product>;
}

/** The app on the database at DATABASE_URL. What a test adds is removed after its file has run. */
export function openShop(): Shop {
  const connectionString = process.env.DATABASE_URL;
  if (!connectionString) throw new Error("DATABASE_URL is not set");

  const prisma = createPrisma(connectionString, 4);
  const app = buildApp({ prisma });
  const mark = randomUUID().slice(0, 8);
  const email = (who: string) => `${who}@${mark}.example.com`;
  const sku = (what: string) => `${what}-${mark}`.toUpperCase();

  after(async () => {
    const mine = { email: { endsWith: `@${mark}.example.com` } };
    await prisma.order.deleteMany({ where: { user: mine } });
    await prisma.user.deleteMany({ where: mine });
    await prisma.product.deleteMany({ where: { sku: { endsWith: mark.toUpperCase() } } });
    await app.close();
    await prisma.$disconnect();
  });

  return {
    app,
    mark,
    email,
    sku,
    addUser: (who) => prisma.user.create({ data: { email: email(who), name: who } }),
    addProduct: (what, values) => prisma.product.create({ data: { sku: sku(what), title: what, ...values } }),
  };
}
