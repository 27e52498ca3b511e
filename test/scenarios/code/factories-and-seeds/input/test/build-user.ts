import type { Prisma, User } from "@prisma/client";

export function buildUser(overrides: Partial<User> = {}): User {
  return {
    id: 1,
    email: "ada@example.com",
    name: "Ada",
    role: "admin",
    createdAt: new Date("2024-01-01"),
    ...overrides,
  };
}

export const newUser: Prisma.UserCreateInput = { email: "New@example.com", name: "New", role: "member" };
