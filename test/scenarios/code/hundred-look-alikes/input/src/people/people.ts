import { prisma } from "../db";
import { personView } from "./person.view";

export const allPeople = () =>
  prisma.person.findMany({
    select: { id: true, firstName: true, lastName: true, email: true, phone: true, city: true, country: true },
  });

export async function addPerson(form: FormData) {
  const [firstName, lastName, email, phone, city, country] = [...form.values()].map(String);
  return personView(await prisma.person.create({ data: { firstName, lastName, email, phone, city, country } }));
}
