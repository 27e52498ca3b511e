import type { FastifyPluginAsync } from "fastify";
import type { PrismaClient } from "../generated/prisma/client";
import { IdParams, jsonSchema, nextAfter, PageQuery } from "../http";
import {
  CreateUserBody,
  SyncUserBody,
  UpdateUserBody,
  UserEmailParams,
  UserListResponse,
  UserResponse,
  UserSearchQuery,
  UserSearchResponse,
} from "./schemas";
import { serializeUser } from "./serializer";
import { getUser, syncUser } from "./service";

const userAnswer = { response: { 200: jsonSchema(UserResponse) } };

export const userRoutes: FastifyPluginAsync<{ prisma: PrismaClient }> = async (app, { prisma }) => {
  app.post("/", { schema: { response: { 201: jsonSchema(UserResponse) } } }, async (request, reply) => {
    const body = CreateUserBody.parse(request.body);
    const user = await prisma.user.create({
      data: { email: body.email, name: body.name },
    });
    return reply.code(201).send(serializeUser(user));
  });

  app.get(
    "/",
    { schema: { response: { 200: jsonSchema(UserListResponse) } } },
    async (request): Promise<UserListResponse> => {
      const { after, limit } = PageQuery.parse(request.query);
      const users = await prisma.user.findMany({
        where: { id: { gt: after } },
        orderBy: { id: "asc" },
        take: limit,
      });
      return { items: users.map(serializeUser), nextAfter: nextAfter(users, limit) };
    },
  );

  app.get(
    "/search",
    { schema: { response: { 200: jsonSchema(UserSearchResponse) } } },
    async (request): Promise<UserSearchResponse> => {
      const { q } = UserSearchQuery.parse(request.query);
      const items = await prisma.user.findMany({
        where: {
          OR: [{ email: { contains: q, mode: "insensitive" } }, { name: { contains: q, mode: "insensitive" } }],
        },
        select: { id: true, name: true },
        orderBy: { name: "asc" },
        take: 20,
      });
      return { items };
    },
  );

  app.get("/:id", { schema: userAnswer }, async (request): Promise<UserResponse> => {
    const { id } = IdParams.parse(request.params);
    return serializeUser(await getUser(prisma, id));
  });

  app.patch("/:id", { schema: userAnswer }, async (request): Promise<UserResponse> => {
    const { id } = IdParams.parse(request.params);
    const body = UpdateUserBody.parse(request.body);
    const user = await prisma.user.update({
      where: { id },
      data: { email: body.email, name: body.name },
    });
    return serializeUser(user);
  });

  app.put("/by-email/:email", { schema: userAnswer }, async (request): Promise<UserResponse> => {
    const { email } = UserEmailParams.parse(request.params);
    const { name } = SyncUserBody.parse(request.body);
    return serializeUser(await syncUser(prisma, email, name));
  });
};
