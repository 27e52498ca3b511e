import type { Person } from "@prisma/client";

export const personRow = ({ id, firstName, lastName, email, phone, city, country }: Person) => ({
  id,
  firstName,
  lastName,
  email,
  phone,
  city,
  country,
});
