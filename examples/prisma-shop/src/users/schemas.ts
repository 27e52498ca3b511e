import { z } from "zod";

const email = z.email().max(254);
const name = z.string().trim().min(1).max(120);

export const CreateUserBody = z.object({
  email,
  name,
});

export const UpdateUserBody = z.object({
  email: email.optional(),
  name: name.optional(),
});

export const UserEmailParams = z.object({ email });

export const SyncUserBody = z.object({ name });

export const UserSearchQuery = z.object({ q: z.string().trim().min(2).max(100) });

export const UserResponse = z.object({
  id: z.int(),
  email: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type UserResponse = z.infer<typeof UserResponse>;

export const UserListResponse = z.object({
  items: z.array(UserResponse),
  nextAfter: z.int().nullable(),
});
export type UserListResponse = z.infer<typeof UserListResponse>;

export const UserSearchResponse = z.object({
  items: z.array(z.object({ id: z.int(), name: z.string() })),
});
export type UserSearchResponse = z.infer<typeof UserSearchResponse>;
