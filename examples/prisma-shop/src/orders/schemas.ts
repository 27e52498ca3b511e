import { z } from "zod";
import { OrderStatus } from "../generated/prisma/client";
import { Id, PageQuery } from "../http";

// With the highest price (products/schemas.ts) an order stays below 2^31 cents, the limit of its column.
export const PlaceOrderBody = z.object({
  userId: Id,
  items: z
    .array(z.object({ productId: Id, quantity: z.int().min(1).max(100) }))
    .min(1)
    .max(20),
});
export type PlaceOrderBody = z.infer<typeof PlaceOrderBody>;

export const OrderListQuery = PageQuery.extend({
  userId: Id.optional(),
  status: z.enum(OrderStatus).optional(),
});

export const OrderResponse = z.object({
  id: z.int(),
  status: z.enum(OrderStatus),
  totalCents: z.int(),
  createdAt: z.iso.datetime(),
  customer: z.object({ id: z.int(), name: z.string() }),
  items: z.array(
    z.object({
      productId: z.int(),
      title: z.string(),
      quantity: z.int(),
      unitPriceCents: z.int(),
    }),
  ),
});
export type OrderResponse = z.infer<typeof OrderResponse>;

export const OrderListResponse = z.object({
  items: z.array(OrderResponse),
  nextAfter: z.int().nullable(),
});
export type OrderListResponse = z.infer<typeof OrderListResponse>;
