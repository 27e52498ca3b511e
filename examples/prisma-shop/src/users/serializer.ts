import type { User } from "../generated/prisma/client";
import type { UserResponse } from "./schemas";

export function serializeUser(user: User): UserResponse {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.updatedAt.toISOString(),
  };
}
