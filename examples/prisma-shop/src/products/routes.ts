import type { FastifyPluginAsync } from "fastify";
import type { PrismaClient } from "../generated/prisma/client";
import { HttpError, IdParams, jsonSchema, nextAfter, PageQuery } from "../http";
import { CreateProductBody, ProductListResponse, ProductResponse, UpdateProductBody } from "./schemas";
import { serializeProduct } from "./serializer";

const productAnswer = { response: { 200: jsonSchema(ProductResponse) } };

export const productRoutes: FastifyPluginAsync<{ prisma: PrismaClient }> = async (app, { prisma }) => {
  app.post("/", { schema: { response: { 201: jsonSchema(ProductResponse) } } }, async (request, reply) => {
    const body = CreateProductBody.parse(request.body);
    const product = await prisma.product.create({ data: body });
    return reply.code(201).send(serializeProduct(product));
  });

  app.get(
    "/",
    { schema: { response: { 200: jsonSchema(ProductListResponse) } } },
    async (request): Promise<ProductListResponse> => {
      const { after, limit } = PageQuery.parse(request.query);
      const products = await prisma.product.findMany({
        where: { id: { gt: after } },
        orderBy: { id: "asc" },
        take: limit,
      });
      return { items: products.map(serializeProduct), nextAfter: nextAfter(products, limit) };
    },
  );

  app.get("/:id", { schema: productAnswer }, async (request): Promise<ProductResponse> => {
    const { id } = IdParams.parse(request.params);
    const product = await prisma.product.findUnique({ where: { id } });
    if (!product) throw new HttpError(404, `Product ${id} not found`);
    return serializeProduct(product);
  });

  app.patch("/:id", { schema: productAnswer }, async (request): Promise<ProductResponse> => {
    const { id } = IdParams.parse(request.params);
    const body = UpdateProductBody.parse(request.body);
    return serializeProduct(await prisma.product.update({ where: { id }, data: body }));
  });
};
