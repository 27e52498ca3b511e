import type { Prisma } from "../generated/prisma/client";
import type { OrderResponse } from "./schemas";

/** What an order is read with wherever it is shown. */
export const orderDetails = {
  user: { select: { id: true, name: true } },
  items: { include: { product: { select: { title: true } } }, orderBy: { id: "asc" } },
} satisfies Prisma.OrderInclude;

export type OrderWithDetails = Prisma.OrderGetPayload<{ include: typeof orderDetails }>;

export function serializeOrder(order: OrderWithDetails): OrderResponse {
  return {
    id: order.id,
    status: order.status,
    totalCents: order.totalCents,
    createdAt: order.createdAt.toISOString(),
    customer: { id: order.user.id, name: order.user.name },
    items: order.items.map((item) => ({
      productId: item.productId,
      title: item.product.title,
      quantity: item.quantity,
      unitPriceCents: item.unitPriceCents,
    })),
  };
}
