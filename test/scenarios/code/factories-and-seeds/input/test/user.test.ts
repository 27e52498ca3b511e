import type { User } from "@prisma/client";
import { buildUser } from "./build-user";

const alice: User = { id: 1, email: "Alice@example.com", name: "Alice", role: "admin", createdAt: new Date(0) };
const bob: User = { id: 2, email: "Bob@example.com", name: "Bob", role: "member", createdAt: new Date(0) };

export const all: User[] = [alice, bob, buildUser({ id: 3 })];
