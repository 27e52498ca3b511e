import type { Prisma as Analytics } from "../generated/analytics/client";
import type { Prisma } from "../generated/prisma/client";

export const admin: Prisma.UserCreateInput = { email: "admin@example.com", name: "Admin" };
export const bot: Analytics.UserCreateInput = { email: "bot@example.com", name: "Bot" };
export const seen = { id: true, email: true, name: true, createdAt: true } satisfies Analytics.UserSelect;
