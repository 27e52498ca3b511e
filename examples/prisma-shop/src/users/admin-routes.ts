import { Readable } from "node:stream";
import type { FastifyPluginAsync } from "fastify";
import { z } from "zod";
import type { PrismaClient } from "../generated/prisma/client";
import { IdParams, nextAfter, PageQuery } from "../http";
import { userCsvLines, userExportColumns } from "./export";
import { getUser } from "./service";

const ExportQuery = PageQuery.extend({
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});

export const adminUserRoutes: FastifyPluginAsync<{ prisma: PrismaClient }> = async (app, { prisma }) => {
  // Support wants the row as it is stored, whatever the public API shows of it.
  app.get("/:id", async (request) => {
    const { id } = IdParams.parse(request.params);
    return getUser(prisma, id);
  });

  app.get("/export", async (request) => {
    const { after, limit } = ExportQuery.parse(request.query);
    const users = await prisma.user.findMany({
      select: userExportColumns,
      where: { id: { gt: after } },
      orderBy: { id: "asc" },
      take: limit,
    });
    return { users, nextAfter: nextAfter(users, limit) };
  });

  app.get("/newsletter.csv", async (request, reply) => {
    const { after } = PageQuery.parse(request.query);
    return reply.type("text/csv; charset=utf-8").send(Readable.from(userCsvLines(prisma, after)));
  });
};
