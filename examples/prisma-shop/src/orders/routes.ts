import type { FastifyPluginAsync } from "fastify";
import type { PrismaClient } from "../generated/prisma/client";
import { HttpError, IdParams, jsonSchema, nextAfter } from "../http";
import { OrderListQuery, OrderListResponse, OrderResponse, PlaceOrderBody } from "./schemas";
import { orderDetails, serializeOrder } from "./serializer";
import { cancelOrder, payOrder, placeOrder } from "./service";

const orderAnswer = { response: { 200: jsonSchema(OrderResponse) } };

export const orderRoutes: FastifyPluginAsync<{ prisma: PrismaClient }> = async (app, { prisma }) => {
  app.post("/", { schema: { response: { 201: jsonSchema(OrderResponse) } } }, async (request, reply) => {
    const order = await placeOrder(prisma, PlaceOrderBody.parse(request.body));
    return reply.code(201).send(serializeOrder(order));
  });

  app.get(
    "/",
    { schema: { response: { 200: jsonSchema(OrderListResponse) } } },
    async (request): Promise<OrderListResponse> => {
      const { after, limit, userId, status } = OrderListQuery.parse(request.query);
      const orders = await prisma.order.findMany({
        where: { id: { gt: after }, userId, status },
        include: orderDetails,
        orderBy: { id: "asc" },
        take: limit,
      });
      return { items: orders.map(serializeOrder), nextAfter: nextAfter(orders, limit) };
    },
  );

  app.get("/:id", { schema: orderAnswer }, async (request): Promise<OrderResponse> => {
    const { id } = IdParams.parse(request.params);
    const order = await prisma.order.findUnique({ where: { id }, include: orderDetails });
    if (!order) throw new HttpError(404, `Order ${id} not found`);
    return serializeOrder(order);
  });

  app.post("/:id/pay", { schema: orderAnswer }, async (request): Promise<OrderResponse> => {
    const { id } = IdParams.parse(request.params);
    return serializeOrder(await payOrder(prisma, id));
  });

  app.post("/:id/cancel", { schema: orderAnswer }, async (request): Promise<OrderResponse> => {
    const { id } = IdParams.parse(request.params);
    return serializeOrder(await cancelOrder(prisma, id));
  });
};
