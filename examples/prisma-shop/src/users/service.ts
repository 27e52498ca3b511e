import type { PrismaClient, User } from "../generated/prisma/client";
import { HttpError } from "../http";

export async function getUser(prisma: PrismaClient, id: number): Promise<User> {
  const user = await prisma.user.findUnique({ where: { id } });
  if (!user) throw new HttpError(404, `User ${id} not found`);
  return user;
}

/** What the login service calls after a sign-in: the user may be new to the shop. */
export async function syncUser(prisma: PrismaClient, email: string, name: string): Promise<User> {
  return prisma.user.upsert({
    where: { email },
    create: { email, name },
    update: { name },
  });
}
