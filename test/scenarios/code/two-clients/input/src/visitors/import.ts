import type { PrismaClient, User } from "../generated/analytics/client";

export async function importVisitor(db: PrismaClient, email: string, name: string): Promise<User> {
  return db.user.upsert({ where: { email }, update: { name }, create: { email, name } });
}

export function nobody(): User {
  return { id: 0, email: "", name: "nobody", createdAt: new Date(0) };
}
