import { prisma } from "./db";
import { serializeProfile } from "./serialize";

export async function profiles() {
  return (await prisma.profile.findMany()).map(serializeProfile);
}

export async function save(body: { full_name: string; home_town: string; phone_number: string }) {
  const profile = await prisma.profile.create({
    data: { fullName: body.full_name, homeTown: body.home_town, phoneNumber: body.phone_number },
  });
  return serializeProfile(profile);
}
