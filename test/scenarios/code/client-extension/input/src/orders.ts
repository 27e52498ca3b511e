import { prisma } from "./db";

export async function place(customer: string, total: number) {
  return prisma.order.create({ data: { customer, total } });
}

export async function placeMany(customers: string[]) {
  await prisma.order.createMany({ data: customers.map((customer) => ({ customer, total: 0 })) });
}

export async function show(id: number) {
  const order = await prisma.order.findUniqueOrThrow({ where: { id } });
  return { id: order.id, customer: order.customer, total: order.total };
}
