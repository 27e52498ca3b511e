import { confirm } from "./confirm";
import { prisma } from "./db";

export async function book(guest: string, email: string, nights: number) {
  const booking = await prisma.booking.create({ data: { guest, email, nights } });
  return confirm({ guest: booking.guest, email: booking.email, nights: booking.nights });
}

export async function remind(id: number) {
  const { guest, email, nights } = await prisma.booking.findUniqueOrThrow({ where: { id } });
  return confirm({ guest, email, nights });
}
