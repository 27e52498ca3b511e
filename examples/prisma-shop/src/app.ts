import Fastify, { type FastifyError, type FastifyInstance, type FastifyServerOptions } from "fastify";
import { ZodError } from "zod";
import { Prisma, type PrismaClient } from "./generated/prisma/client";
import { orderRoutes } from "./orders/routes";
import { productRoutes } from "./products/routes";
import { adminUserRoutes } from "./users/admin-routes";
import { userRoutes } from "./users/routes";

export interface AppOptions {
  readonly prisma: PrismaClient;
  readonly logger?: FastifyServerOptions["logger"];
}

export function buildApp({ prisma, logger = false }: AppOptions): FastifyInstance {
  const app = Fastify({ logger });

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { status, ...body } = describeError(error);
    if (status >= 500) request.log.error(error);
    return reply.code(status).send(body);
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `No route for ${request.method} ${request.url}` }),
  );

  app.get("/health", async (request, reply) => {
    try {
      await prisma.$queryRaw`SELECT 1`;
      return { status: "ok" };
    } catch (error) {
      request.log.error(error);
      return reply.code(503).send({ status: "unavailable" });
    }
  });

  app.register(userRoutes, { prefix: "/users", prisma });
  app.register(adminUserRoutes, { prefix: "/admin/users", prisma });
  app.register(productRoutes, { prefix: "/products", prisma });
  app.register(orderRoutes, { prefix: "/orders", prisma });

  return app;
}

interface ErrorAnswer {
  readonly status: number;
  readonly error: string;
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
}

function describeError(error: FastifyError): ErrorAnswer {
  if (error instanceof ZodError) {
    const issues = error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
    return { status: 400, error: "The request is not valid", issues };
  }
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    const model = error.meta?.modelName ?? "Record";
    if (error.code === "P2002") return { status: 409, error: `${model} already exists` };
    if (error.code === "P2025") return { status: 404, error: `${model} not found` };
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return { status: error.statusCode, error: error.message };
  }
  return { status: 500, error: "Internal server error" };
}
