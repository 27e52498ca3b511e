import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

const people = [
  { email: "Ada@example.com", name: "Ada", role: "admin" },
  { email: "Grace@example.com", name: "Grace", role: "member" },
];

async function main() {
  for (const person of people) {
    await prisma.user.create({ data: person });
  }
  await prisma.user.create({ data: { email: "Root@example.com", name: "Root", role: "admin" } });
}

main().finally(() => prisma.$disconnect());
