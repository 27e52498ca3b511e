import type { DataSource } from "typeorm";
import dataSource from "./data-source";
import { Order, OrderStatus } from "./orders/order.entity";
import { User } from "./users/user.entity";

const batchRows = 1_000;

const firstNames = ["Ada", "Bela", "Chidi", "Dana", "Emil", "Fatima", "Goran", "Hana", "Ines", "Jonas"];
const lastNames = ["Andersen", "Baptiste", "Costa", "Dvořák", "Eze", "Fischer", "García", "Haddad", "Ito"];

async function main(): Promise<void> {
  await dataSource.initialize();
  try {
    await seedUsers(dataSource, count("SEED_USERS", 5_000));
    await seedOrders(dataSource, count("SEED_ORDERS", 2_000));
  } finally {
    await dataSource.destroy();
  }
}

async function seedUsers(source: DataSource, users: number): Promise<void> {
  const repository = source.getRepository(User);
  const before = await repository.count();
  for (const batch of batches(users)) {
    await repository
      .createQueryBuilder()
      .insert()
      .values(
        batch.map((n) => ({
          email: emailOf(n),
          name: `${pick(firstNames, n)} ${pick(lastNames, n)}`,
          createdAt: daysAgo(n % 700),
        })),
      )
      .orIgnore()
      .execute();
  }
  console.log(`users   ${(await repository.count()) - before} added`);
}

async function seedOrders(source: DataSource, orders: number): Promise<void> {
  const repository = source.getRepository(Order);
  const users = await source.getRepository(User).find({ select: { id: true }, order: { id: "ASC" }, take: orders });
  if ((await repository.count()) > 0 || users.length === 0) {
    console.log("orders  0 added");
    return;
  }
  const statuses = [OrderStatus.Paid, OrderStatus.Paid, OrderStatus.Pending, OrderStatus.Cancelled];
  for (const batch of batches(orders)) {
    await repository.insert(
      batch.map((n) => ({
        userId: pick(users, n).id,
        status: pick(statuses, n),
        totalCents: 490 + (n % 97) * 50,
        createdAt: daysAgo(n % 300),
      })),
    );
  }
  console.log(`orders  ${orders} added`);
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
  for (let start = 1; start <= total; start += batchRows)
    yield Array.from({ length: Math.min(batchRows, total - start + 1) }, (_, offset) => start + offset);
}

function count(variable: string, byDefault: number): number {
  const value = Number(process.env[variable] ?? byDefault);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${variable} must be a whole number`);
  return value;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
