import { dataSource } from "./data-source";
import { Order } from "./order.entity";

export function openOrders() {
  return dataSource
    .getRepository(Order)
    .createQueryBuilder("o")
    .select(["o.id", "o.reference", "o.status", "o.total"])
    .where("o.status = :status", { status: "open" })
    .getMany();
}

export function totals() {
  return dataSource
    .createQueryBuilder(Order, "o")
    .select("o.status", "status")
    .addSelect("SUM(o.total)", "total")
    .groupBy("o.status")
    .getRawMany();
}

export async function importOrders(rows: { reference: string; total: number }[]) {
  await dataSource
    .createQueryBuilder()
    .insert()
    .into(Order)
    .values(rows.map((row) => ({ reference: row.reference, status: "open", total: row.total })))
    .execute();
}

export async function close(id: number) {
  await dataSource.createQueryBuilder().update(Order).set({ status: "closed" }).where("id = :id", { id }).execute();
}
