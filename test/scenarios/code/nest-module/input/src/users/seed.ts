import type { UsersService } from "./users.service";

export async function seed(users: UsersService, emails: readonly string[]) {
  await users.add({ email: "Ada@example.com", name: "Ada" });
  await users.addAll(emails.map((email) => ({ email, name: email.split("@")[0], city: "" })));
  await users.change("ada@example.com", { email: "ada@example.org", name: "Ada L." });
}
