import type { OrderStatus, Prisma, PrismaClient } from "../generated/prisma/client";
import { HttpError } from "../http";
import type { PlaceOrderBody } from "./schemas";
import { type OrderWithDetails, orderDetails } from "./serializer";

/** Takes the units from stock and writes the order, or does neither. */
export async function placeOrder(prisma: PrismaClient, order: PlaceOrderBody): Promise<OrderWithDetails> {
  const quantities = new Map<number, number>();
  for (const { productId, quantity } of order.items) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity);
  }
  // Always in the same order: two customers with the same products must not wait for each other in a circle.
  const productIds = [...quantities.keys()].sort((a, b) => a - b);

  return prisma.$transaction(async (tx) => {
    const customer = await tx.user.findUnique({ where: { id: order.userId }, select: { id: true } });
    if (!customer) throw new HttpError(404, `User ${order.userId} not found`);

    const items: Prisma.OrderItemCreateManyOrderInput[] = [];
    let totalCents = 0;
    for (const productId of productIds) {
      const quantity = quantities.get(productId) ?? 0;
      const unitPriceCents = await takeFromStock(tx, productId, quantity);
      items.push({ productId, quantity, unitPriceCents });
      totalCents += quantity * unitPriceCents;
    }

    return tx.order.create({
      data: { userId: customer.id, totalCents, items: { createMany: { data: items } } },
      include: orderDetails,
    });
  });
}

export async function payOrder(prisma: PrismaClient, id: number): Promise<OrderWithDetails> {
  await leavePending(prisma, id, "PAID");
  return prisma.order.findUniqueOrThrow({ where: { id }, include: orderDetails });
}

/** Gives the units back to stock. */
export async function cancelOrder(prisma: PrismaClient, id: number): Promise<OrderWithDetails> {
  return prisma.$transaction(async (tx) => {
    await leavePending(tx, id, "CANCELLED");
    const items = await tx.orderItem.findMany({ where: { orderId: id }, orderBy: { productId: "asc" } });
    for (const { productId, quantity } of items) {
      await tx.product.update({ where: { id: productId }, data: { stock: { increment: quantity } } });
    }
    return tx.order.findUniqueOrThrow({ where: { id }, include: orderDetails });
  });
}

/** @returns the price of one unit */
async function takeFromStock(tx: Prisma.TransactionClient, id: number, quantity: number): Promise<number> {
  // The condition is part of the UPDATE: read first, and two orders could both see the last unit.
  const [product] = await tx.product.updateManyAndReturn({
    where: { id, stock: { gte: quantity } },
    data: { stock: { decrement: quantity } },
    select: { priceCents: true },
  });
  if (product) return product.priceCents;

  const found = await tx.product.findUnique({ where: { id }, select: { title: true, stock: true } });
  if (!found) throw new HttpError(404, `Product ${id} not found`);
  throw new HttpError(409, `Only ${found.stock} of "${found.title}" left`);
}

async function leavePending(tx: Prisma.TransactionClient, id: number, status: OrderStatus): Promise<void> {
  const { count } = await tx.order.updateMany({ where: { id, status: "PENDING" }, data: { status } });
  if (count === 1) return;

  const order = await tx.order.findUnique({ where: { id }, select: { status: true } });
  if (!order) throw new HttpError(404, `Order ${id} not found`);
  throw new HttpError(409, `Order ${id} is ${order.status.toLowerCase()} already`);
}
