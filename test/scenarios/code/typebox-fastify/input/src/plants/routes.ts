import type { FastifyInstance } from "fastify";
import { prisma } from "../plugins/prisma";
import { PlantReply } from "./schema";

export default async function plants(app: FastifyInstance) {
  app.get("/plants", { schema: { response: { 200: PlantReply } } }, async () => prisma.plant.findMany());

  app.post("/plants", async (request) => {
    const { name, family } = request.body as { name: string; family: string };
    return prisma.plant.create({ data: { name, family, height: 0 } });
  });
}
