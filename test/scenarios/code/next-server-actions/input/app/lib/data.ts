import { db } from "./db";
import type { CustomerField } from "./definitions";

export async function fetchCustomers(): Promise<CustomerField[]> {
  return db.customer.findMany({ select: { id: true, name: true }, orderBy: { name: "asc" } });
}

export async function fetchCustomer(id: string) {
  const customer = await db.customer.findUniqueOrThrow({ where: { id } });
  return {
    id: customer.id,
    name: customer.name,
    email: customer.email,
    company: customer.company,
  };
}
