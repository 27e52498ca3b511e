import type { User, Visitor } from "../db";

export interface UserView {
  id: number;
  email: string;
  name: string;
  since: string;
}

export const userView = (user: User): UserView => ({
  id: user.id,
  email: user.email,
  name: user.name,
  since: user.createdAt.toISOString(),
});

/** Has every field of a user, and is none. */
export function visitorRow(user: Visitor) {
  return { id: user.id, email: user.email, name: user.name, createdAt: user.createdAt };
}
