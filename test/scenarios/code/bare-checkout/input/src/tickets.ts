import { PrismaClient } from "@prisma/client";
import { z } from "zod";

const prisma = new PrismaClient();

const ticketBody = z.object({ subject: z.string(), body: z.string() });

export async function open(input: unknown) {
  const { subject, body } = ticketBody.parse(input);
  return prisma.ticket.create({ data: { subject, body } });
}

export async function show(id: number) {
  const ticket = await prisma.ticket.findUniqueOrThrow({ where: { id } });
  return { id: ticket.id, subject: ticket.subject, body: ticket.body, status: ticket.status };
}
