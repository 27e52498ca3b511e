import type { User } from "./user.entity";

export class UserCard implements User {
  id = 0;
  email!: string;
  name!: string;
  city!: string;
  createdAt!: Date;
}

export class EmptyUser implements User {
  id = 0;
  email = "";
  name = "";
  city = "";
  createdAt = new Date(0);
}
