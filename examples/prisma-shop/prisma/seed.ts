import { createPrisma } from "../src/db";
import type { OrderStatus, PrismaClient } from "../src/generated/prisma/client";

const BATCH_ROWS = 1_000;

const firstNames = ["Ada", "Bela", "Chidi", "Dana", "Emil", "Fatima", "Goran", "Hana", "Ines", "Jonas"];
const lastNames = ["Andersen", "Baptiste", "Costa", "Dvořák", "Eze", "Fischer", "García", "Haddad", "Ito"];
const things = ["Mug", "Notebook", "Lamp", "Backpack", "Kettle", "Scarf", "Puzzle", "Umbrella"];
const colours = ["Blue", "Green", "Red", "Sand", "White", "Black", "Yellow"];

const connectionString = process.env.DATABASE_URL;
if (!connectionString) throw new Error("DATABASE_URL is not set");

const prisma = createPrisma(connectionString, 2);
try {
  await seedUsers(prisma, count("SEED_USERS", 5_000));
  await seedProducts(prisma, count("SEED_PRODUCTS", 200));
  await seedOrders(prisma, count("SEED_ORDERS", 2_000));
} finally {
  await prisma.$disconnect();
}

async function seedUsers(prisma: PrismaClient, users: number): Promise<void> {
  let added = 0;
  for (const batch of batches(users)) {
    const result = await prisma.user.createMany({
      data: batch.map((n) => ({
        email: emailOf(n),
        name: `${pick(firstNames, n)} ${pick(lastNames, n)}`,
        createdAt: daysAgo(n % 700),
      })),
      skipDuplicates: true,
    });
    added += result.count;
  }
  console.log(`users     ${added} added`);
}

async function seedProducts(prisma: PrismaClient, products: number): Promise<void> {
  let added = 0;
  for (const batch of batches(products)) {
    const result = await prisma.product.createMany({
      data: batch.map((n) => ({
        sku: `SHOP-${String(n).padStart(5, "0")}`,
        title: `${pick(colours, n)} ${pick(things, n)}`,
        description: n % 3 === 0 ? null : `A ${pick(things, n).toLowerCase()} that lasts.`,
        priceCents: 490 + (n % 97) * 50,
        stock: 10_000,
      })),
      skipDuplicates: true,
    });
    added += result.count;
  }
  console.log(`products  ${added} added`);
}

async function seedOrders(prisma: PrismaClient, orders: number): Promise<void> {
  const isEmpty = (await prisma.order.findFirst({ select: { id: true } })) === null;
  const users = await prisma.user.findMany({ select: { id: true }, orderBy: { id: "asc" }, take: orders });
  const products = await prisma.product.findMany({ select: { id: true, priceCents: true }, take: 500 });
  if (!isEmpty || users.length === 0 || products.length === 0) {
    console.log("orders    0 added");
    return;
  }

  for (const batch of batches(orders)) {
    const lines = batch.map((n) => ({ product: pick(products, n), quantity: 1 + (n % 3) }));
    const created = await prisma.order.createManyAndReturn({
      data: lines.map(({ product, quantity }, index) => ({
        userId: pick(users, batch[index] ?? 0).id,
        status: pick<OrderStatus>(["PAID", "PAID", "PAID", "PENDING", "CANCELLED"], index),
        totalCents: product.priceCents * quantity,
        createdAt: daysAgo(index % 300),
      })),
      select: { id: true },
    });
    await prisma.orderItem.createMany({
      data: lines.map(({ product, quantity }, index) => ({
        orderId: pick(created, index).id,
        productId: product.id,
        quantity,
        unitPriceCents: product.priceCents,
      })),
    });
  }
  console.log(`orders    ${orders} added`);
}

/** Distinct for every n, with the capitals that people type. */
function emailOf(n: number): string {
  const first = n % 4 === 0 ? pick(firstNames, n) : pick(firstNames, n).toLowerCase();
  return `${first}.${n}@example.com`;
}

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 86_400_000);
}

function pick<T>(values: readonly T[], n: number): T {
  return values[n % values.length] as T;
}

function* batches(total: number): Generator<number[]> {
  for (let start = 1; start <= total; start += BATCH_ROWS) {
    yield Array.from({ length: Math.min(BATCH_ROWS, total - start + 1) }, (_, offset) => start + offset);
  }
}

function count(variable: string, byDefault: number): number {
  const value = Number(process.env[variable] ?? byDefault);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${variable} must be a whole number`);
  return value;
}
