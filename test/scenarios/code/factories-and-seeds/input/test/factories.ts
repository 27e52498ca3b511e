import type { User } from "@prisma/client";
import { Factory } from "fishery";

export const userFactory = Factory.define<User>(({ sequence }) => ({
  id: sequence,
  email: `User${sequence}@example.com`,
  name: `User ${sequence}`,
  role: "member",
  createdAt: new Date(0),
}));

export const adminFactory: Factory<User> = Factory.define(({ sequence: n, params }) => {
  const email = params.email ?? `admin${n}@example.com`;
  return { id: n, email, name: "Admin", role: "admin", createdAt: new Date(0) };
});

declare function build<T>(make: () => T): T;
declare function post<T>(path: string, body: object): T;
declare function nextEmail(): string;

export const guest = build<User>(() => ({
  id: 90,
  email: "Guest@example.com",
  name: "Guest",
  role: "guest",
  createdAt: new Date(0),
}));
export const random = build<User>(() => ({
  id: 91,
  email: nextEmail(),
  name: "Random",
  role: "guest",
  createdAt: new Date(0),
}));
export const posted = post<User>("/users", { email: "Posted@example.com", name: "Posted", role: "guest" });
